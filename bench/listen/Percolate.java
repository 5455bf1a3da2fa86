// Stored queries against posts with Lucene: a candidate search of our own (a hash table of each query's rarest required
// words) before Lucene's matching, on a MemoryIndex for one post or on an index in memory for many.
//
// Arguments: the folder with `queries`, `posts` and `earlier`, and how many posts a batch has. Writes `matches`; prints
// processor time and clock time of the fastest pass in nanoseconds. Queries are ready and posts are split into words
// before the clock runs.

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.spans.SpanMultiTermQueryWrapper;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanOrQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;

public final class Percolate {
    static final String FIELD = "words";
    static final int MOST_PASSES = 7;
    static final long LONGEST = 10_000_000_000L;
    static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** One part of a query: an operator and its parts, or its words. */
    record Part(String operator, List<String> words, List<Part> parts) {
        static Part read(String[] from, int[] at) {
            at[0]++;
            Part part = new Part(from[at[0]++], new ArrayList<>(), new ArrayList<>());
            while (!from[at[0]].equals(")")) {
                if (from[at[0]].equals("(")) {
                    part.parts.add(read(from, at));
                } else {
                    part.words.add(from[at[0]++]);
                }
            }
            at[0]++;
            return part;
        }

        Query query() {
            switch (operator) {
                case "all": {
                    BooleanQuery.Builder all = new BooleanQuery.Builder();
                    for (Part part : parts) {
                        boolean not = part.operator.equals("not");
                        all.add(not ? part.parts.get(0).query() : part.query(), not ? Occur.MUST_NOT : Occur.MUST);
                    }
                    return all.build();
                }
                case "any": {
                    BooleanQuery.Builder any = new BooleanQuery.Builder();
                    parts.forEach(part -> any.add(part.query(), Occur.SHOULD));
                    return any.build();
                }
                case "word":
                    return new TermQuery(new Term(FIELD, words.get(0)));
                case "beginning":
                    return new PrefixQuery(new Term(FIELD, words.get(0)));
                case "phrase":
                    return new PhraseQuery(FIELD, words.toArray(String[]::new));
                case "near":
                    return span();
                default:
                    throw new IllegalArgumentException(operator);
            }
        }

        SpanQuery span() {
            switch (operator) {
                case "any":
                    return new SpanOrQuery(parts.stream().map(Part::span).toArray(SpanQuery[]::new));
                case "word":
                    return new SpanTermQuery(new Term(FIELD, words.get(0)));
                case "beginning":
                    return new SpanMultiTermQueryWrapper<>(new PrefixQuery(new Term(FIELD, words.get(0))));
                case "phrase":
                    SpanQuery[] row = words.stream().map(word -> new SpanTermQuery(new Term(FIELD, word))).toArray(SpanQuery[]::new);
                    return new SpanNearQuery(row, 0, true);
                case "near":
                    return new SpanNearQuery(new SpanQuery[] {parts.get(0).span(), parts.get(1).span()}, Integer.parseInt(words.get(0)), false);
                default:
                    throw new IllegalArgumentException(operator);
            }
        }

        /** The words and beginnings of which every match holds one, those with the fewest posts; null when there are none. */
        Anchor anchor(Map<String, Integer> frequency) {
            switch (operator) {
                case "all":
                case "near": {
                    Anchor best = null;
                    for (Part part : parts) {
                        Anchor other = part.anchor(frequency);
                        best = best == null || other != null && other.posts < best.posts ? other : best;
                    }
                    return best;
                }
                case "any": {
                    Anchor sum = new Anchor(0, new ArrayList<>());
                    for (Part part : parts) {
                        Anchor one = part.anchor(frequency);
                        if (one == null) {
                            return null;
                        }
                        sum = new Anchor(sum.posts + one.posts, sum.keys);
                        sum.keys.addAll(one.keys);
                    }
                    return sum;
                }
                case "phrase": {
                    String rarest = words.stream().min((a, b) -> Integer.compare(posts(frequency, a), posts(frequency, b))).get();
                    return new Anchor(posts(frequency, rarest), new ArrayList<>(List.of(rarest)));
                }
                case "word":
                    return new Anchor(posts(frequency, words.get(0)), new ArrayList<>(List.of(words.get(0))));
                case "beginning": {
                    String key = words.get(0) + "*";
                    return new Anchor(posts(frequency, key), new ArrayList<>(List.of(key)));
                }
                default:
                    return null;
            }
        }

        static int posts(Map<String, Integer> frequency, String key) {
            return frequency.getOrDefault(key, 0) + 1;
        }
    }

    /** What calls a query up, and in how many posts. */
    record Anchor(int posts, List<String> keys) {}

    /** Words that are split already. */
    static final class Words extends TokenStream {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private String[] words = {};
        private int next;

        Words of(String[] words) {
            this.words = words;
            return this;
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            next = 0;
        }

        @Override
        public boolean incrementToken() {
            if (next == words.length) {
                return false;
            }
            clearAttributes();
            term.setEmpty().append(words[next++]);
            return true;
        }
    }

    final int[] numbers;
    final Query[] queries;
    final String[][] posts;
    /** By word, or beginning with its star: the queries it calls up. */
    final Map<String, int[]> called = new HashMap<>();
    final int[] always;
    int shortest = Integer.MAX_VALUE;
    int longest;
    final int[] seen;
    int now;
    final Words words = new Words();

    Percolate(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("queries"));
        List<Part> parts = new ArrayList<>();
        numbers = new int[lines.size()];
        for (int i = 0; i < numbers.length; i++) {
            String[] row = lines.get(i).split(" ");
            numbers[i] = Integer.parseInt(row[0]);
            parts.add(Part.read(row, new int[] {1}));
        }
        queries = parts.stream().map(Part::query).toArray(Query[]::new);
        posts = Files.readAllLines(folder.resolve("posts")).stream().map(post -> post.split(" ")).toArray(String[][]::new);
        seen = new int[queries.length];

        parts.forEach(this::measureBeginnings);
        Map<String, Integer> frequency = new HashMap<>();
        for (String post : Files.readAllLines(folder.resolve("earlier"))) {
            Set<String> keys = new HashSet<>();
            for (String word : post.split(" ")) {
                keys.add(word);
                for (int n = shortest; n <= Math.min(longest, word.length()); n++) {
                    keys.add(word.substring(0, n) + "*");
                }
            }
            keys.forEach(key -> frequency.merge(key, 1, Integer::sum));
        }
        Map<String, List<Integer>> lists = new HashMap<>();
        List<Integer> unanchored = new ArrayList<>();
        for (int i = 0; i < queries.length; i++) {
            Anchor anchor = parts.get(i).anchor(frequency);
            int query = i;
            if (anchor == null) {
                unanchored.add(query);
            } else {
                new HashSet<>(anchor.keys).forEach(key -> lists.computeIfAbsent(key, k -> new ArrayList<>()).add(query));
            }
        }
        lists.forEach((key, list) -> called.put(key, list.stream().mapToInt(n -> n).toArray()));
        always = unanchored.stream().mapToInt(n -> n).toArray();
    }

    void measureBeginnings(Part part) {
        if (part.operator.equals("beginning")) {
            shortest = Math.min(shortest, part.words.get(0).length());
            longest = Math.max(longest, part.words.get(0).length());
        }
        part.parts.forEach(this::measureBeginnings);
    }

    /** Adds the queries a post calls up that were not called up since `now` last changed. */
    int call(String[] post, int[] list, int count) {
        for (String word : post) {
            count = add(called.get(word), list, count);
            for (int n = shortest; n <= Math.min(longest, word.length()); n++) {
                count = add(called.get(word.substring(0, n) + "*"), list, count);
            }
        }
        return count;
    }

    int add(int[] some, int[] list, int count) {
        if (some != null) {
            for (int query : some) {
                if (seen[query] != now) {
                    seen[query] = now;
                    list[count++] = query;
                }
            }
        }
        return count;
    }

    /** One pass; the matches go to `out` when there is one. */
    int pass(int batch, PrintWriter out) throws IOException {
        int[] list = new int[queries.length];
        MemoryIndex memory = new MemoryIndex();
        int matches = 0;
        for (int from = 0; from < posts.length; from += batch) {
            int to = Math.min(from + batch, posts.length);
            now++;
            int count = add(always, list, 0);
            for (int post = from; post < to; post++) {
                count = call(posts[post], list, count);
            }
            if (batch == 1) {
                if (count > 0) {
                    memory.reset();
                    memory.addField(FIELD, words.of(posts[from]));
                    matches += ask(memory.createSearcher(), list, count, from, out);
                }
                continue;
            }
            try (ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
                IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer()).setRAMBufferSizeMB(512);
                FieldType type = new FieldType();
                type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
                type.setOmitNorms(true);
                type.freeze();
                try (IndexWriter writer = new IndexWriter(directory, config)) {
                    for (int post = from; post < to; post++) {
                        Document document = new Document();
                        document.add(new Field(FIELD, words.of(posts[post]), type));
                        writer.addDocument(document);
                    }
                }
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    matches += ask(new IndexSearcher(reader), list, count, from, out);
                }
            }
        }
        return matches;
    }

    int ask(IndexSearcher searcher, int[] list, int count, int from, PrintWriter out) throws IOException {
        searcher.setQueryCache(null);
        int matches = 0;
        for (int i = 0; i < count; i++) {
            Weight weight = searcher.createWeight(searcher.rewrite(queries[list[i]]), ScoreMode.COMPLETE_NO_SCORES, 1);
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                Scorer scorer = weight.scorer(leaf);
                if (scorer == null) {
                    continue;
                }
                DocIdSetIterator found = scorer.iterator();
                while (found.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    matches++;
                    if (out != null) {
                        out.println(from + leaf.docBase + found.docID() + " " + numbers[list[i]]);
                    }
                }
            }
        }
        return matches;
    }

    public static void main(String[] arguments) throws IOException {
        BooleanQuery.setMaxClauseCount(10_000);
        Path folder = Path.of(arguments[0]);
        int batch = Integer.parseInt(arguments[1]);
        Percolate percolate = new Percolate(folder);
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(folder.resolve("matches")))) {
            percolate.pass(batch, out);
        }
        long cpu = Long.MAX_VALUE;
        long wall = Long.MAX_VALUE;
        long begun = System.nanoTime();
        for (int pass = 0; pass < MOST_PASSES && (pass == 0 || System.nanoTime() - begun < LONGEST); pass++) {
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            long before = System.nanoTime();
            percolate.pass(batch, null);
            long spent = THREADS.getCurrentThreadCpuTime() - cpuBefore;
            if (spent < cpu) {
                cpu = spent;
                wall = System.nanoTime() - before;
            }
        }
        System.out.println(cpu + " " + wall);
    }
}
