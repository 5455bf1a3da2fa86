-- Events as received were written for every post and read by nobody. What can't be read is kept in quarantine, whole.
DROP TABLE raw_event;
