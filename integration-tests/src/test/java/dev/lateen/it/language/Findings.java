package dev.lateen.it.language;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Shapes;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.model.Named;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What became of all fields. */
final class Findings {
    private final Bases bases = new Bases();
    private final Trial trial = new Trial(Table.text("fixture.yaml"), Table.text("mesh.yaml"));
    private final Map<String, Trial.Outcome> before = new TreeMap<>();

    private final Map<String, String> refused = new TreeMap<>();
    private final Map<String, String> rejected = new TreeMap<>();
    private final Map<String, String> stock = new TreeMap<>();
    private final Map<String, String> unread = new TreeMap<>();
    private final List<String> passedOver = new ArrayList<>();
    private final Map<String, Field> fields = new LinkedHashMap<>();

    /** What is known of one field. */
    static final class Field {
        boolean changes;
        boolean said;
    }

    private Findings() {}

    static Findings ofAllFields() {
        Findings findings = new Findings();
        Shapes shapes = new Shapes();
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            FieldCases.of(
                            kind.kind(),
                            shapes.of(type.asSubclass(Record.class)),
                            List.of("spec"),
                            p -> findings.bases.of(kind.kind(), p))
                    .forEach(findings::look);
        }
        FieldCases.of("MeshConfig", shapes.of(MeshConfig.class), List.of(), p -> findings.bases.of("MeshConfig", p))
                .forEach(findings::look);
        return findings;
    }

    private void look(FieldCase each) {
        Field field = fields.computeIfAbsent(each.field(), k -> new Field());
        Trial.Outcome with = outcome(each, each.root(), true);
        if (!with.refused().isEmpty()) {
            refused.putIfAbsent(each.field(), each + ": " + with.refused());
            return;
        }
        Trial.Outcome without = without(each);
        boolean changes = !with.told().equals(without.told());
        boolean said = with.said().stream().anyMatch(p -> speaksOf(p, each));
        field.changes |= changes;
        field.said |= said;
        with.rejected().forEach(r -> rejected.putIfAbsent(withoutName(r), each.toString()));
        with.rejectedByStock().forEach(r -> stock.putIfAbsent(withoutName(r), each.toString()));
        Stream.concat(with.unread().stream(), with.unreadByStock().stream())
                .forEach(u -> unread.putIfAbsent(u, each.toString()));
        Set<String> more = new HashSet<>(with.unread());
        more.removeAll(without.unread());
        more.removeIf(PassedOver::harmless);
        if (!more.isEmpty() && !said) {
            passedOver.add(each + ": " + more);
        }
    }

    private static String withoutName(String reason) {
        return reason.replaceFirst("^(\\w+) [^ ]+:? ", "$1 ").replaceAll("\\[[^\\]]*\\]", "[]");
    }

    private Trial.Outcome outcome(FieldCase each, ObjectNode root, boolean alsoStock) {
        return each.kind().equals("MeshConfig")
                ? trial.meshConfig(root, bases.more(each.field()), alsoStock)
                : trial.resource(root, alsoStock);
    }

    // The field is taken away; where that alone is not valid, with the message around it.
    private Trial.Outcome without(FieldCase each) {
        for (int around = 0; around < each.place().size() - 1; around++) {
            ObjectNode root = each.without(around);
            Trial.Outcome outcome = before.computeIfAbsent(
                    bases.more(each.field()).hashCode() + root.toString(), k -> outcome(each, root, false));
            if (outcome.refused().isEmpty()) {
                return outcome;
            }
        }
        return outcome(each, bases.of(each.kind(), each.pattern()), false);
    }

    private static boolean speaksOf(Problem problem, FieldCase each) {
        boolean provider = each.field().startsWith("MeshConfig.extensionProviders")
                && problem.path().contains(".providers[");
        if (provider) {
            return true;
        }
        if (!problem.origin().source().equals("case")
                && !problem.subject().equals("MeshConfig")
                && !problem.origin().source().equals("mesh")) {
            return false;
        }
        String path = problem.path().replaceAll("\\[\\d+\\]", "[]");
        String field = each.concrete();
        return path.isEmpty() || field.equals(path) || field.startsWith(path + ".") || field.startsWith(path + "[]");
    }

    /** What validation refuses of what was made, by field. */
    Map<String, String> refused() {
        return refused;
    }

    /** What decoders reject, and the first field that made it. */
    Map<String, String> rejected() {
        return rejected;
    }

    /** What our decoders reject of what only a stock Envoy is sent. */
    Map<String, String> rejectedByStock() {
        return stock;
    }

    Map<String, String> unread() {
        return unread;
    }

    List<String> passedOverInSilence() {
        return passedOver;
    }

    /** All that was found, for who looks why the test fails. */
    String text() {
        StringBuilder text = new StringBuilder();
        refused.forEach((k, v) -> text.append("refused\t").append(v).append('\n'));
        rejected.forEach((k, v) ->
                text.append("rejected\t").append(k).append('\t').append(v).append('\n'));
        stock.forEach((k, v) ->
                text.append("stock\t").append(k).append('\t').append(v).append('\n'));
        unread.forEach((k, v) ->
                text.append("unread\t").append(k).append('\t').append(v).append('\n'));
        passedOver.forEach(v -> text.append("passed over\t").append(v).append('\n'));
        silent().forEach(v -> text.append("silent\t").append(v).append('\n'));
        return text.toString();
    }

    Map<String, Field> fields() {
        return fields;
    }

    /** Fields that are named as without effect and have one. */
    List<String> namedThoughItWorks() {
        return Named.all().stream()
                .filter(n -> n.only().isEmpty() && n.found().startsWith("has no effect in this version"))
                .map(n ->
                        (n.root() == MeshConfig.class ? "MeshConfig" : n.root().getSimpleName()) + "." + n.path())
                .filter(f -> fields.entrySet().stream()
                        .anyMatch(e -> e.getValue().changes
                                && (e.getKey().equals(f)
                                        || Stream.of(".", "[]", "{}")
                                                .anyMatch(s -> e.getKey().startsWith(f + s)))))
                .toList();
    }

    List<String> silent() {
        return fields.entrySet().stream()
                .filter(e -> !e.getValue().changes && !e.getValue().said)
                .map(Map.Entry::getKey)
                .toList();
    }
}
