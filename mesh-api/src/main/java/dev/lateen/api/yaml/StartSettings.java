package dev.lateen.api.yaml;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.resource.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What somebody gave of a proxy's start-up settings, as a tree, so that what was not given is known. Layers are laid over each other in Istio's order: the mesh config's
 * {@code defaultConfig}, the ProxyConfig of the root namespace, of the pod's namespace, the pod's annotation, the ProxyConfig that selects the pod. Immutable; pure.
 *
 * @param given the fields that somebody gave, with their values
 */
public record StartSettings(Map<String, Object> given) {
    /** The annotation of a pod with settings for its proxy. */
    public static final String ANNOTATION = "proxy.istio.io/config";

    /** Nothing given. */
    public static final StartSettings NONE = new StartSettings(Map.of());

    private static final YAMLMapper YAML = YAMLMapper.builder().build();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String METADATA = "proxyMetadata";

    public StartSettings {
        given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
    }

    /**
     * What a text of YAML or JSON gives; its fields are not checked here.
     *
     * @param source names the text in the error
     * @throws IllegalArgumentException if it is no YAML
     */
    public static StartSettings parse(String source, String text) {
        if (text.isBlank()) {
            return NONE;
        }
        try {
            JsonNode root = YAML.readTree(text);
            if (!root.isObject() && !root.isNull() && !root.isMissingNode()) {
                throw new IllegalArgumentException(
                        source + ": " + root.getNodeType() + " (expected: fields with values)");
            }
            return new StartSettings(map(root));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(source + ": no YAML: " + e.getOriginalMessage(), e);
        }
    }

    /** What a text of mesh config, bare or in Istio's ConfigMap, says under {@code defaultConfig}; nothing if it can't be read. */
    public static StartSettings ofMeshConfig(String text) {
        try {
            JsonNode root = YAML.readTree(text);
            Optional<String> inner = MeshSettings.inConfigMap(root);
            JsonNode mesh = inner.isPresent() ? YAML.readTree(inner.get()) : root;
            return new StartSettings(map(mesh.path("defaultConfig")));
        } catch (JacksonException e) {
            return NONE;
        }
    }

    /**
     * These, which are the mesh's, with what is said over them of a pod; of several ProxyConfigs alike the oldest counts.
     *
     * @param all ProxyConfigs, the oldest first
     * @param rootNamespace whose ProxyConfig without selector is the mesh's
     * @param pod who starts
     */
    public StartSettings with(Collection<Resource<ProxyConfig>> all, String rootNamespace, Pod pod) {
        Predicate<Resource<ProxyConfig>> own = config -> config.namespace().equals(pod.namespace());
        Predicate<Resource<ProxyConfig>> everybody = config -> config.spec().selector() == null;
        return with(all, everybody.and(config -> config.namespace().equals(rootNamespace)))
                .with(all, own.and(everybody))
                .with(pod.own())
                .with(all, own.and(config -> isSelected(config, pod.labels())));
    }

    /**
     * A pod whose proxy starts.
     *
     * @param namespace where it runs
     * @param labels its own, before it is injected
     * @param own what its annotation gives
     */
    public record Pod(String namespace, Map<String, String> labels, StartSettings own) {}

    private StartSettings with(Collection<Resource<ProxyConfig>> all, Predicate<Resource<ProxyConfig>> concerns) {
        return all.stream()
                .filter(concerns)
                .findFirst()
                .map(config -> with(of(config.spec())))
                .orElse(this);
    }

    /** As in Istio, a selector without labels selects nothing. */
    private static boolean isSelected(Resource<ProxyConfig> config, Map<String, String> labels) {
        var selector = config.spec().selector();
        return selector != null
                && !selector.matchLabels().isEmpty()
                && labels.entrySet().containsAll(selector.matchLabels().entrySet());
    }

    private static StartSettings of(ProxyConfig config) {
        Map<String, Object> given = new LinkedHashMap<>();
        if (config.concurrency() != null) {
            given.put("concurrency", config.concurrency());
        }
        if (!config.environmentVariables().isEmpty()) {
            given.put(METADATA, Map.copyOf(config.environmentVariables()));
        }
        if (config.image() != null) {
            given.put("image", Map.of("imageType", config.image().imageType()));
        }
        return new StartSettings(given);
    }

    /** These with others over them, field by field; variables are added to each other. */
    public StartSettings with(StartSettings over) {
        Map<String, Object> all = new LinkedHashMap<>(given);
        over.given.forEach((field, value) -> all.merge(field, value, (before, now) -> merged(field, before, now)));
        return new StartSettings(all);
    }

    private static Object merged(String field, Object before, Object now) {
        if (field.equals(METADATA) && before instanceof Map<?, ?> old && now instanceof Map<?, ?> fresh) {
            Map<Object, Object> both = new LinkedHashMap<>(old);
            both.putAll(fresh);
            return both;
        }
        return now;
    }

    /** In one line of JSON, as the variable {@code PROXY_CONFIG} holds them. */
    public String json() {
        return JSON.writeValueAsString(given);
    }

    /** The settings with Istio's defaults for what was not given, and what is wrong with them; {@code source} names them in problems. */
    public SettingsReading<ProxySettings> read(String source) {
        return new ResourceReader().readProxySettings(source, json());
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
}
