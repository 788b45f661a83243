package dev.lateen.install.chart;

import dev.lateen.api.Release;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The files of one chart, by their paths in it. Pure. */
final class HelmChart {
    /** Of those who call the parts by Istio's names. */
    private static final String HELPERS = """
        {{- define "lateen.revision" -}}
        {{- $.Values.revision | default "default" -}}
        {{- end }}
        {{- define "lateen.suffix" -}}
        {{- if ne (include "lateen.revision" $) "default" }}-{{ $.Values.revision }}{{ end -}}
        {{- end }}
        {{- define "lateen.inNamespace" -}}
        {{- if ne $.Release.Namespace "istio-system" }}-{{ $.Release.Namespace }}{{ end -}}
        {{- end }}
        {{- define "lateen.name" -}}
        {{- $.Values.name | default $.Release.Name -}}
        {{- end }}
        {{- define "lateen.image" -}}
        {{- $root := index . 0 -}}
        {{- $image := index . 1 -}}
        {{- $global := $root.Values.global | default dict -}}
        {{- if contains "/" $image -}}
        {{ $image }}
        {{- else -}}
        {{ $global.hub | default "@hub@" }}/{{ $image }}:{{ $global.tag | default "@tag@" }}{{ with $global.variant }}-{{ . }}{{ end }}
        {{- end -}}
        {{- end }}
        """;

    private final Map<String, String> files = new LinkedHashMap<>();

    /**
     * A chart without templates.
     *
     * @param name such as istiod
     * @param values what its templates need to be there
     * @param schema of what may be said
     */
    HelmChart(String name, String description, ObjectNode values, ObjectNode schema) {
        files.put("Chart.yaml", """
            apiVersion: v2
            name: %s
            description: %s
            type: application
            version: %s
            appVersion: %s
            """.formatted(name, description, Release.VERSION, Release.VERSION));
        files.put("values.yaml", new KubernetesSerialization().asYaml(values).replaceFirst("^---\\n", ""));
        files.put(
                "values.schema.json",
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n");
    }

    /**
     * Adds the definitions that templates share.
     *
     * @param image a whole name as it is by default
     */
    HelmChart withHelpers(String image, String more) {
        int hub = image.lastIndexOf('/');
        files.put(
                "templates/_helpers.tpl",
                HELPERS.replace("@hub@", image.substring(0, hub))
                                .replace("@tag@", image.substring(image.lastIndexOf(':') + 1))
                        + more);
        return this;
    }

    HelmChart with(String path, String text) {
        files.put(path, text);
        return this;
    }

    Map<String, String> files() {
        return files;
    }

    /** Puts an empty object at each place above a value. */
    static void room(ObjectNode values, String name) {
        ObjectNode at = values;
        String[] keys = name.split("\\.");
        for (int i = 0; i < keys.length - 1; i++) {
            JsonNode inner = at.path(keys[i]);
            at = inner.isObject() ? (ObjectNode) inner : at.putObject(keys[i]);
        }
    }

    /** A schema that takes some fields and refuses others by name. */
    static ObjectNode closed() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.putObject("properties");
        return schema;
    }

    /** Lets a closed schema take a value. */
    static void take(ObjectNode schema, String name, ObjectNode what) {
        ObjectNode at = schema;
        String[] keys = name.split("\\.");
        for (int i = 0; i < keys.length - 1; i++) {
            ObjectNode properties = (ObjectNode) at.path("properties");
            if (!properties.has(keys[i])) {
                properties.set(keys[i], closed());
            }
            at = (ObjectNode) properties.path(keys[i]);
        }
        ((ObjectNode) at.path("properties")).set(keys[keys.length - 1], what);
    }

    /** Of what may stand for a mark. */
    static ObjectNode type(Mark.Kind kind) {
        return switch (kind) {
            case TEXT -> type("string", "number", "boolean");
            case NUMBER -> type("integer");
            case TEXTS -> type("object");
            case NAMES -> type("array");
            case WHOLE -> type("object", "array");
        };
    }

    /** Of some kinds of values, and none. */
    static ObjectNode type(String... types) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        var all = schema.putArray("type");
        for (String type : types) {
            all.add(type);
        }
        all.add("null");
        return schema;
    }
}
