package dev.lateen.it.language;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Shape;
import dev.lateen.api.schema.Shapes;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.istiod.model.Named;
import dev.lateen.istiod.model.NamedMarks;
import dev.lateen.istiod.model.WithoutEffect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes {@code mesh-api/SUPPORT.md}: a word for every field. */
final class Support {
    private static final String HEAD = """
        # What works

        Written by `FieldsTest`, which puts every field of every kind through istiod's translators and the proxy's decoders; don't edit it.
        `q`: lists and maps are not marked in the paths. A field of a `trafficPolicy` means the same in `subsets`, and in `portLevelSettings`
        where those have it.

        - **works**: as in Istio 1.31, with the test that shows it. *read* means that nothing but `FieldsTest` shows it: the field reaches the
          proxy, and what the proxy makes of it differs with it.
        - **differs**: works, and not quite as in Istio; how and why.
        - **named**: has no effect, or less than one may think; `meshctl validate` and istiod's log say the sentence where it is set.
        - **refused**: validation refuses it, as Istio's does.
        """.replace(
            "`q`: lists and maps are not marked in the paths. A", "Lists and maps are not marked in the paths. A");

    private final Shapes shapes = new Shapes();
    private final Evidence evidence;
    private final Set<String> withoutWord = new TreeSet<>();
    private final StringBuilder text = new StringBuilder(HEAD);

    Support(Evidence evidence) {
        this.evidence = evidence;
    }

    /** Fields of which nothing can be said. */
    Set<String> withoutWord() {
        return withoutWord;
    }

    String text(Map<String, Findings.Field> fields) {
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            String name = kind.kind();
            String instead = WithoutEffect.KINDS.get(type);
            text.append("\n## ").append(name).append(" (").append(kind.group()).append(")\n\n");
            if (instead != null) {
                text.append("**named**: kind ").append(name).append(" has no effect in this version");
                text.append(instead.isEmpty() ? "" : " (" + instead + ")").append(". Its fields: ");
                text.append(of(name, fields).keySet().stream()
                        .map(f -> "`" + f + "`")
                        .collect(Collectors.joining(", ")));
                text.append(".\n");
            } else {
                table(name, type.asSubclass(Record.class), of(name, fields));
            }
        }
        text.append("\n## MeshConfig, with defaultConfig (and the annotation proxy.istio.io/config)\n\n");
        table("MeshConfig", MeshConfig.class, of("MeshConfig", fields));
        marks();
        return text.toString();
    }

    /** What tests say they show and no kind has. */
    Set<String> shownAndUnknown(Map<String, Findings.Field> fields) {
        Set<String> known = fields.keySet().stream()
                .map(f -> f.substring(0, f.indexOf('.') + 1) + plain(f.substring(f.indexOf('.') + 1)))
                .collect(Collectors.toSet());
        Set<String> unknown = evidence.fields();
        unknown.removeIf(f -> f.startsWith("annotation.") || f.startsWith("label."));
        unknown.removeIf(f -> known.stream().anyMatch(k -> k.equals(f) || k.startsWith(f + ".")));
        return unknown;
    }

    private static Map<String, String> of(String kind, Map<String, Findings.Field> fields) {
        Map<String, String> mine = new LinkedHashMap<>();
        fields.keySet().stream()
                .filter(f -> f.startsWith(kind + "."))
                .forEach(f -> mine.putIfAbsent(plain(f.substring(kind.length() + 1)), f.substring(kind.length() + 1)));
        return mine;
    }

    // The same field in another place has the same row.
    private static String plain(String pattern) {
        return pattern.replace("[]", "")
                .replace("{}", "")
                .replaceFirst("^subsets\\.trafficPolicy", "trafficPolicy")
                .replaceFirst("^trafficPolicy\\.portLevelSettings\\.(?!port\\.)", "trafficPolicy.");
    }

    private void table(String kind, Class<? extends Record> root, Map<String, String> mine) {
        text.append("| field | | shown by, or said |\n|---|---|---|\n");
        Map<String, String> rows = new TreeMap<>();
        mine.forEach((name, pattern) -> rows.put(name, row(kind, root, name, pattern)));
        unused(shapes.of(root), "").forEach(name -> rows.put(name, "named | known to Istio, without effect in Lateen"));
        rows.forEach((name, row) ->
                text.append("| `").append(name).append("` | ").append(row).append(" |\n"));
    }

    private String row(String kind, Class<? extends Record> root, String name, String pattern) {
        Named named = named(root, pattern, "");
        if (named != null) {
            return "named | " + said(named);
        }
        String field = kind + "." + pattern;
        String except = Named.all().stream()
                .filter(n -> n.root() == root
                        && n.path().equals(pattern)
                        && !n.only().isEmpty())
                .map(n -> "; `" + n.only() + "` is named: " + said(n))
                .collect(Collectors.joining());
        if (Justified.fields().contains(field)) {
            return Justified.word(field) + " | " + Justified.reason(field) + except;
        }
        List<Evidence.Shown> shown = evidence.of(kind + "." + name);
        String differs = shown.stream()
                .map(Evidence.Shown::differs)
                .filter(d -> !d.isEmpty())
                .collect(Collectors.joining("; "));
        String tests = shown.isEmpty()
                ? "*read*"
                : shown.stream().map(s -> "`" + s.test() + "`").distinct().collect(Collectors.joining(", "));
        return (differs.isEmpty() ? "works | " : "differs | " + differs + ": ") + tests + except;
    }

    private static @Nullable Named named(Class<? extends Record> root, String pattern, String only) {
        return Named.all().stream()
                .filter(n -> n.root() == root && n.only().equals(only))
                .filter(n -> pattern.equals(n.path())
                        || Stream.of(".", "[]", "{}").anyMatch(end -> pattern.startsWith(n.path() + end)))
                .findFirst()
                .orElse(null);
    }

    private static String said(Named named) {
        return named.found() + (named.accepted().isEmpty() ? "" : " (" + named.accepted() + ")");
    }

    private static Set<String> unused(Shape shape, String path) {
        Set<String> found = new TreeSet<>();
        switch (shape) {
            case Shape.Message message -> {
                message.unused().forEach(n -> found.add(join(path, n)));
                message.fields().forEach((n, f) -> found.addAll(unused(f.shape(), join(path, n))));
            }
            case Shape.Union union -> union.variants().values().forEach(v -> found.addAll(unused(v, path)));
            case Shape.ListOf list -> found.addAll(unused(list.member(), path));
            case Shape.MapOf map -> found.addAll(unused(map.value(), path));
            case Shape.Text _, Shape.Numeric _, Shape.Flag _, Shape.Time _, Shape.Choice _, Shape.Free _ -> {}
        }
        return found;
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private void marks() {
        text.append("\n## Annotations and labels\n\n| name | | shown by, or said |\n|---|---|---|\n");
        Map<String, List<String>> known = Table.lists("marks.tsv");
        Set<String> all = new TreeSet<>(known.keySet());
        all.addAll(NamedMarks.all().keySet());
        for (String name : all) {
            String said = NamedMarks.all().get(name);
            List<Evidence.Shown> shown = Stream.of("annotation." + name, "label." + name)
                    .flatMap(f -> evidence.of(f).stream())
                    .toList();
            String word =
                    said != null ? "named" : known.getOrDefault(name, List.of()).getFirst();
            String why = said != null
                    ? said
                    : shown.isEmpty()
                            ? known.getOrDefault(name, List.of()).get(1)
                            : shown.stream()
                                    .map(s -> "`" + s.test() + "`")
                                    .distinct()
                                    .collect(Collectors.joining(", "));
            if (why.isEmpty()) {
                withoutWord.add(name);
            }
            text.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(word)
                    .append(" | ")
                    .append(why)
                    .append(" |\n");
        }
    }
}
