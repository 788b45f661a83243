package dev.lateen.injector.overlay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The templates of an injector.
 *
 * @param byName the built-in ones and the users' own
 * @param defaults names of those that a pod gets that asks for none
 * @param aliases names that stand for several
 */
public record Templates(Map<String, Template> byName, List<String> defaults, Map<String, List<String>> aliases) {
    /** The annotation by which a pod asks for templates. */
    public static final String ANNOTATION = "inject.istio.io/templates";

    /** Nothing but what is built in. */
    public static final Templates BUILT_IN = new Templates(BuiltInTemplates.ALL, List.of("sidecar"), Map.of());

    public Templates {
        byName = Map.copyOf(byName);
        defaults = List.copyOf(defaults);
        aliases = Map.copyOf(aliases);
    }

    /**
     * These with what is configured in objects that have {@code templates}, {@code defaultTemplates} and {@code aliases}: Helm's {@code sidecarInjectorWebhook} or the injector's own configuration.
     *
     * @throws IllegalArgumentException if a template can't be understood
     */
    public Templates with(JsonNode configured) {
        Map<String, Template> all = new HashMap<>(byName);
        configured
                .path("templates")
                .properties()
                .forEach(entry -> all.put(
                        entry.getKey(),
                        TextTemplate.parse(entry.getKey(), entry.getValue().asString(""))));
        List<String> asked = texts(configured.path("defaultTemplates"));
        Map<String, List<String>> names = new HashMap<>(aliases);
        configured.path("aliases").properties().forEach(entry -> names.put(entry.getKey(), texts(entry.getValue())));
        return new Templates(all, asked.isEmpty() ? defaults : asked, names);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asString("")));
        return texts;
    }

    /**
     * The templates of a pod, in order.
     *
     * @param asked its annotation, null if it has none
     * @throws IllegalArgumentException if it asks for one that is not there
     */
    public List<Template> of(@Nullable String asked) {
        List<String> names = new ArrayList<>();
        for (String name : asked == null ? defaults : List.of(asked.split(",", -1))) {
            names.addAll(aliases.getOrDefault(name.strip(), List.of(name.strip())));
        }
        List<Template> templates = new ArrayList<>();
        for (String name : names) {
            Template template = byName.get(name);
            if (template == null) {
                throw new IllegalArgumentException(
                        (asked == null ? "defaultTemplates" : "annotation " + ANNOTATION) + ": "
                                + name + " is no template (expected one of "
                                + String.join(", ", new TreeMap<>(byName).keySet()) + ")");
            }
            templates.add(template);
        }
        return templates;
    }
}
