package dev.lateen.install.run;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.schema.GoDuration;
import dev.lateen.api.yaml.ResourceReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * With which settings a pod's proxy starts: the mesh config's {@code defaultConfig}, over it the pod's annotation {@code proxy.istio.io/config}, field by field as
 * Istio's agent puts them together. Pure.
 *
 * @param given the fields that somebody gave: the node metadata {@code PROXY_CONFIG}
 * @param settings all of them, with Istio's defaults
 */
record ProxyStart(Map<String, Object> given, ProxySettings settings) {
    static final String ANNOTATION = "proxy.istio.io/config";

    private static final YAMLMapper YAML = YAMLMapper.builder().build();
    private static final String METADATA = "proxyMetadata";
    /** Variables of this prefix are metadata of the node without it. */
    private static final String NODE_METADATA = "ISTIO_META_";

    /** Settings that have a meaning on a cluster and none for a mesh on one machine, and why. */
    private static final Map<String, String> WITHOUT_EFFECT = new TreeMap<>(Map.of(
            "concurrency", "all proxies share the event loops of one process",
            "discoveryAddress", "istiod is in the same process",
            "proxyAdminPort", "the admin port is 15000 of the pod's address",
            "statusPort", "there is no agent beside the proxy",
            "holdApplicationUntilProxyStarts", "applications start first; requests wait for both",
            "interceptionMode", "nothing is intercepted"));

    /**
     * The settings of a pod.
     *
     * @param defaults what the mesh config says under {@code defaultConfig}
     * @param annotation the pod's; empty without one
     * @throws IllegalArgumentException if something in it is wrong, which was told when it was read
     */
    static ProxyStart of(Map<String, Object> defaults, String annotation) {
        Map<String, Object> all = new LinkedHashMap<>(defaults);
        tree(annotation)
                .forEach((field, value) -> all.merge(field, value, (before, now) -> merged(field, before, now)));
        ProxySettings settings = new ResourceReader()
                .readProxySettings(ANNOTATION, YAML.writeValueAsString(all))
                .settings()
                .orElseThrow(() -> new IllegalArgumentException(ANNOTATION + ": not good (expected: proxy settings)"));
        return new ProxyStart(all, settings);
    }

    /** Variables are added to each other, anything else is replaced. */
    private static Object merged(String field, Object before, Object now) {
        if (field.equals(METADATA) && before instanceof Map<?, ?> old && now instanceof Map<?, ?> fresh) {
            Map<Object, Object> both = new LinkedHashMap<>(old);
            both.putAll(fresh);
            return both;
        }
        return now;
    }

    /** What a text of mesh config, bare or in Istio's ConfigMap, says under {@code defaultConfig}; empty if it can't be read. */
    static Map<String, Object> defaults(String meshConfig) {
        try {
            JsonNode root = YAML.readTree(meshConfig);
            JsonNode inner = root.path("data").path("mesh");
            JsonNode mesh = inner.isString() ? YAML.readTree(inner.stringValue()) : root;
            return map(mesh.path("defaultConfig"));
        } catch (JacksonException e) {
            return Map.of();
        }
    }

    private static Map<String, Object> tree(String annotation) {
        if (annotation.isBlank()) {
            return Map.of();
        }
        try {
            return map(YAML.readTree(annotation));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(ANNOTATION + ": no YAML: " + e.getOriginalMessage(), e);
        }
    }

    /** A field that is there without a value says nothing. */
    private static Map<String, Object> map(JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                map.put(field.getKey(), value(field.getValue()));
            }
        });
        return map;
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            return map(node);
        }
        if (node.isArray()) {
            List<Object> items = new ArrayList<>();
            node.forEach(item -> items.add(item.isNull() ? "" : value(item)));
            return items;
        }
        return YAML.treeToValue(node, Object.class);
    }

    /** How long a certificate is asked for: Istio's agent reads it from {@code SECRET_TTL}. */
    Duration certificateLife() {
        return Optional.ofNullable(settings.proxyMetadata().get("SECRET_TTL"))
                .flatMap(GoDuration::parse)
                .filter(Duration::isPositive)
                .orElse(Duration.ofHours(24));
    }

    /** The node's metadata with what the settings add to it. */
    Map<String, Object> metadata(Map<String, Object> own) {
        Map<String, Object> metadata = new LinkedHashMap<>(own);
        metadata.put("PROXY_CONFIG", given);
        if (!settings.meshId().isEmpty()) {
            metadata.put("MESH_ID", settings.meshId());
        }
        settings.proxyMetadata().forEach((name, value) -> {
            if (name.startsWith(NODE_METADATA) && name.length() > NODE_METADATA.length()) {
                metadata.put(name.substring(NODE_METADATA.length()), value);
            }
        });
        return metadata;
    }

    /** The node's cluster: Istio's word for "by the pod" is its default. */
    String cluster(String own) {
        return settings.serviceCluster().equals("istio-proxy") ? own : settings.serviceCluster();
    }

    /** Which of some settings have no effect in a mesh on one machine, each with the reason. */
    static List<String> withoutEffectHere(Map<String, Object> given) {
        List<String> named = new ArrayList<>();
        WITHOUT_EFFECT.forEach((field, why) -> {
            if (given.containsKey(field)) {
                named.add(field + " has no effect here: " + why);
            }
        });
        if (given.get(METADATA) instanceof Map<?, ?> variables) {
            variables.keySet().stream()
                    .map(String::valueOf)
                    .filter(name -> !name.startsWith(NODE_METADATA) && !name.equals("SECRET_TTL"))
                    .sorted()
                    .forEach(name -> named.add(
                            METADATA + "." + name + " has no effect here: there is no agent that would read it"));
        }
        return named;
    }

    /** The same of an annotation's text; nothing of one that can't be read. */
    static List<String> withoutEffectHere(String annotation) {
        try {
            return withoutEffectHere(tree(annotation));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}
