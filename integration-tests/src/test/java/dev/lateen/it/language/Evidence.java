package dev.lateen.it.language;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which tests say that they show a field: {@code @Shows} in the sources of all modules. */
final class Evidence {
    private static final Pattern SHOWS =
            Pattern.compile("@Shows\\(([^)]*)\\)(?s:.*?)(?:\\bvoid|\\bclass) (\\w+)", Pattern.MULTILINE);
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");
    private static final Pattern DIFFERS = Pattern.compile("differs = (\"[^)]*)");

    private final Map<String, List<Shown>> byField = new LinkedHashMap<>();

    /**
     * A test that shows a field.
     *
     * @param test class and method
     * @param differs how it differs from Istio; empty if it does not
     */
    record Shown(String test, String differs) {}

    Evidence(Path root) {
        try (Stream<Path> files = Files.walk(root, 14)) {
            files.filter(f -> f.toString().contains("/src/test/java/")
                            && f.toString().endsWith("Test.java"))
                    .sorted()
                    .forEach(this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Path file) {
        String source;
        try {
            source = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String name = file.getFileName().toString().replace(".java", "");
        Matcher shows = SHOWS.matcher(source);
        while (shows.find()) {
            String test = shows.group(2).equals(name) ? name : name + "." + shows.group(2);
            Matcher differs = DIFFERS.matcher(shows.group(1));
            String how = differs.find() ? texts(differs.group(1)).getFirst() : "";
            for (String field : texts(shows.group(1).replaceFirst("(?s),?\\s*differs = .*", ""))) {
                byField.computeIfAbsent(field, k -> new ArrayList<>()).add(new Shown(test, how));
            }
        }
    }

    private static List<String> texts(String source) {
        return TEXT.matcher(source).results().map(r -> r.group(1)).toList();
    }

    /** What shows a field itself, else what shows the message around it. */
    List<Shown> of(String field) {
        for (String at = field; at.contains("."); at = at.substring(0, at.lastIndexOf('.'))) {
            if (byField.containsKey(at)) {
                return byField.get(at);
            }
        }
        return List.of();
    }

    /** All fields that some test says it shows. */
    Set<String> fields() {
        return new TreeSet<>(byField.keySet());
    }
}
