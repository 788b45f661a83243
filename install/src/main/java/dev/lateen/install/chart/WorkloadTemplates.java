package dev.lateen.install.chart;

import dev.lateen.install.manifest.Ownership;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The templates of one workload: what it is with its marks, and what of it depends on a choice. Not thread-safe. */
final class WorkloadTemplates {
    private final Probe probe;
    private final Map<String, ObjectNode> marked;
    private final Map<String, ObjectNode> usual;
    private final String[] fixed;
    /** Under which conditions an object is there. */
    private final Map<String, String> conditions = new LinkedHashMap<>();

    /** @param fixed assignments of all probes of this workload */
    WorkloadTemplates(Probe probe, String... fixed) {
        this.probe = probe;
        this.fixed = fixed;
        this.marked = probe.marked(fixed);
        this.usual = probe.usual(fixed);
    }

    /** What an object is by default. */
    JsonNode usual(String object) {
        ObjectNode found = usual.get(object);
        return found == null ? MissingNode.getInstance() : found;
    }

    ObjectNode marked(String object) {
        return of(marked, object);
    }

    private static ObjectNode of(Map<String, ObjectNode> objects, String object) {
        return Objects.requireNonNull(objects.get(object), object);
    }

    /**
     * A value that is true if it isn't said to be false: objects that are gone without it, and fields of specs that are there without it alone.
     *
     * @param path where an installation reads it
     * @param name what the chart's users call it
     */
    WorkloadTemplates flag(String path, String name) {
        String[] off = with(path + "=false");
        Map<String, ObjectNode> without = probe.marked(off);
        Map<String, ObjectNode> usualWithout = probe.usual(off);
        String is = "(ne (toString " + Expressions.value(name) + ") \"false\")";
        for (String object : marked.keySet()) {
            ObjectNode other = without.get(object);
            if (other == null) {
                conditions.put(object, is);
                continue;
            }
            ObjectNode spec = (ObjectNode) of(marked, object).get("spec");
            if (spec == null) {
                continue;
            }
            other.path("spec").properties().forEach(field -> {
                if (!spec.has(field.getKey())) {
                    spec.set(TemplateWriter.conditional("not " + is, field.getKey()), field.getValue());
                    ((ObjectNode) of(usual, object).get("spec"))
                            .set(
                                    field.getKey(),
                                    of(usualWithout, object).path("spec").path(field.getKey()));
                }
            });
        }
        return this;
    }

    /** Webhooks that are there under a condition: those that other assignments bring. */
    WorkloadTemplates webhooks(String condition, String... assignments) {
        Map<String, ObjectNode> other = probe.marked(assignments);
        Map<String, ObjectNode> usualOther = probe.usual(assignments);
        marked.forEach((key, object) -> {
            if (object.path("webhooks") instanceof ArrayNode webhooks) {
                List<String> known = new ArrayList<>();
                webhooks.forEach(
                        each -> known.add(unconditional(each).path("name").asString()));
                ArrayNode usualWebhooks = (ArrayNode) usual(key).path("webhooks");
                for (JsonNode each : webhooksOf(object.path("kind"), other)) {
                    if (!known.contains(each.path("name").asString())) {
                        webhooks.addObject().set(TemplateWriter.conditional(condition, ""), each);
                        usualWebhooks.add(webhooksOf(object.path("kind"), usualOther).stream()
                                .filter(one -> one.path("name").equals(each.path("name")))
                                .findFirst()
                                .orElseThrow());
                    }
                }
            }
        });
        return this;
    }

    private static List<JsonNode> webhooksOf(JsonNode kind, Map<String, ObjectNode> objects) {
        return objects.values().stream()
                .filter(object -> object.path("kind").equals(kind))
                .flatMap(object -> object.path("webhooks").valueStream())
                .toList();
    }

    private static JsonNode unconditional(JsonNode element) {
        return element.has("name") ? element : element.iterator().next();
    }

    private String[] with(String assignment) {
        List<String> all = new ArrayList<>(List.of(fixed));
        all.add(assignment);
        return all.toArray(String[]::new);
    }

    /** The templates, by their files. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        marked.forEach((key, object) -> {
            ObjectNode labels = (ObjectNode) object.path("metadata").path("labels");
            labels.put(Ownership.MANAGED_BY, Probe.SERVICE);
            String text = new TemplateWriter(probe.marks()).write(object, usual(key));
            String condition = conditions.get(key);
            texts.put(
                    "templates/" + file(key),
                    condition == null ? text : "{{- if " + condition + " }}\n" + text + "{{- end }}\n");
        });
        return texts;
    }

    private static String file(String key) {
        int space = key.indexOf(' ');
        String name = key.substring(space + 1)
                .replace("-" + Probe.REVISION, "")
                .replace("-" + Probe.NAMESPACE, "")
                .replace(Probe.NAME, "gateway");
        return key.substring(0, space).toLowerCase(Locale.ROOT) + "-" + name + ".yaml";
    }
}
