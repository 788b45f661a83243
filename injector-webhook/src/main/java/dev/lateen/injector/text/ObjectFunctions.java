package dev.lateen.injector.text;

import dev.lateen.injector.text.TemplateFunctions.Function;
import dev.lateen.injector.tree.KubernetesText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** TemplateFunctions on lists and objects. */
final class ObjectFunctions {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .build();

    private ObjectFunctions() {}

    static void addTo(Map<String, Function> all) {
        all.put("list", given -> new ArrayList<>(given.values()));
        all.put("append", ObjectFunctions::appended);
        all.put("first", given -> given.list(0).isEmpty() ? null : given.list(0).getFirst());
        all.put("last", given -> given.list(0).isEmpty() ? null : given.list(0).getLast());
        all.put("has", given -> given.list(1).contains(given.at(0)));
        all.put("dict", ObjectFunctions::object);
        all.put("strdict", ObjectFunctions::object);
        all.put("get", given -> given.object(0).getOrDefault(given.text(1), ""));
        all.put("hasKey", given -> given.object(0).containsKey(given.text(1)));
        all.put("index", ObjectFunctions::index);
        all.put("isset", given -> given.object(0).containsKey(given.text(1)));
        all.put("omit", ObjectFunctions::omitted);
        all.put("omitNil", given -> withoutNothings(given.at(0)));
        all.put("mergeMaps", ObjectFunctions::merged);
        all.put("toYaml", given -> YAML.writeValueAsString(given.at(0)).stripTrailing());
        all.put("fromJSON", ObjectFunctions::read);
        all.put("toJsonMap", given -> JSON.writeValueAsString(merged(given)));
        all.put("structToJSON", given -> given.at(0) == null ? "{}" : KubernetesText.of(JSON.valueToTree(given.at(0))));
        for (String name : List.of("toJSON", "toJson")) {
            all.put(name, given -> given.at(0) == null ? "{}" : JSON.writeValueAsString(given.at(0)));
        }
    }

    private static List<@Nullable Object> appended(Arguments given) {
        List<@Nullable Object> list = given.list(0);
        list.add(given.at(1));
        return list;
    }

    private static Map<String, @Nullable Object> object(Arguments given) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < given.values().size(); i += 2) {
            object.put(given.text(i), i + 1 < given.values().size() ? given.at(i + 1) : "");
        }
        return object;
    }

    /** What is not there is nothing; a place that a list does not have is an error. */
    private static @Nullable Object index(Arguments given) {
        Object value = given.at(0);
        for (int i = 1; i < given.values().size(); i++) {
            if (value instanceof List<?> list) {
                int place = given.number(i);
                if (place < 0 || place >= list.size()) {
                    throw new TemplateException("index: " + place + " of " + list.size() + " items");
                }
                value = list.get(place);
            } else {
                value = value instanceof Map<?, ?> map ? map.get(given.text(i)) : null;
            }
        }
        return value;
    }

    private static Map<String, @Nullable Object> omitted(Arguments given) {
        Map<String, @Nullable Object> object = given.object(0);
        for (int i = 1; i < given.values().size(); i++) {
            object.remove(given.text(i));
        }
        return object;
    }

    private static Map<String, @Nullable Object> merged(Arguments given) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (int i = 0; i < given.values().size(); i++) {
            all.putAll(given.object(i));
        }
        return all;
    }

    private static @Nullable Object withoutNothings(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> kept = new LinkedHashMap<>();
            map.forEach((name, item) -> {
                Object rest = withoutNothings(item);
                if (rest != null) {
                    kept.put(name, rest);
                }
            });
            return kept.isEmpty() && !map.isEmpty() ? null : kept;
        }
        return value;
    }

    private static @Nullable Object read(Arguments given) {
        try {
            return JSON.readValue(given.text(0), Object.class);
        } catch (JacksonException e) {
            throw new TemplateException("fromJSON: " + given.text(0) + " (expected: JSON)");
        }
    }
}
