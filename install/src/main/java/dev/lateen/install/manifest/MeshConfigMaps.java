package dev.lateen.install.manifest;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.injector.settings.HelmValues;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The two ConfigMaps that Istio keeps its settings in: the mesh's, and the injector's. */
final class MeshConfigMaps {
    private static final Map<String, String> LABELS = Map.of("app", "istiod");
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private MeshConfigMaps() {}

    static List<HasMetadata> objects(Installation installation) {
        return List.of(
                new ConfigMapBuilder()
                        .withMetadata(installation.meta(installation.named("istio"), "Pilot", LABELS))
                        .withData(Pairs.of(
                                "mesh", yaml(mesh(installation)), "meshNetworks", yaml(networks(installation))))
                        .build(),
                new ConfigMapBuilder()
                        .withMetadata(installation.meta(installation.named("istio-sidecar-injector"), "Pilot", LABELS))
                        .withData(Pairs.of(
                                "config",
                                yaml(injection(installation)),
                                "values",
                                KUBERNETES.asJson(ValuesLayers.sorted(values(installation)))))
                        .build());
    }

    /** Istio's defaults under what the user said. */
    private static Map<String, Object> mesh(Installation installation) {
        ValuesTree values = installation.values();
        String trustDomain = values.text("values.global.trustDomain", "cluster.local");
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put(
                "defaultConfig",
                Pairs.<Object>of(
                        "discoveryAddress",
                        installation.named("istiod") + "." + installation.namespace() + ".svc:15012",
                        "tracing",
                        Map.of("sampling", values.count("values.pilot.traceSampling", 1))));
        defaults.put("defaultProviders", Map.of("metrics", List.of("prometheus")));
        defaults.put("enablePrometheusMerge", true);
        defaults.put("rootNamespace", installation.namespace());
        defaults.put("trustDomain", trustDomain);
        Map<String, Object> mesh = ValuesLayers.merge(
                ValuesLayers.merge(defaults, values.map("values.meshConfig")), values.map("meshConfig"));
        List<String> wrong = new ResourceReader()
                .readMeshConfig("meshConfig", yaml(mesh)).problems().stream()
                        .filter(Problem::isError)
                        .map(problem -> "meshConfig: " + problem.statement())
                        .toList();
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", wrong));
        }
        return mesh;
    }

    private static Map<String, Object> networks(Installation installation) {
        return Map.of("networks", installation.values().map("values.global.meshNetworks"));
    }

    private static Map<String, Object> injection(Installation installation) {
        ValuesTree webhook = installation.values().under("values.sidecarInjectorWebhook");
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("policy", installation.values().text("values.global.proxy.autoInject", "enabled"));
        config.put("alwaysInjectSelector", webhook.list("alwaysInjectSelector"));
        config.put("neverInjectSelector", webhook.list("neverInjectSelector"));
        config.put("injectedAnnotations", webhook.map("injectedAnnotations"));
        config.put("defaultTemplates", webhook.list("defaultTemplates"));
        config.put("templates", webhook.map("templates"));
        return config;
    }

    /** What the injector reads of Helm's values; it names by itself what it can't follow. */
    private static Map<String, Object> values(Installation installation) {
        ValuesTree values = installation.values();
        Map<String, Object> global =
                new LinkedHashMap<>(values.handed("values.global", path -> isKnown("global." + path)));
        global.put("istioNamespace", installation.namespace());
        Map<String, Object> proxy =
                new LinkedHashMap<>(values.handed("values.global.proxy", path -> isKnown("global.proxy." + path)));
        proxy.put("image", installation.image(values.text("values.global.proxy.image", "lateen")));
        global.put("proxy", proxy);
        Map<String, Object> init = new LinkedHashMap<>(
                values.handed("values.global.proxy_init", path -> isKnown("global.proxy_init." + path)));
        init.put("image", installation.image(values.text("values.global.proxy_init.image", "lateen")));
        global.put("proxy_init", init);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("global", global);
        all.put("revision", installation.isDefault() ? "" : installation.revision());
        Map<String, Object> webhook = new LinkedHashMap<>();
        // Named also where nobody said it: istioctl's analyze reads it and can't do without.
        webhook.put("enableNamespacesByDefault", false);
        webhook.putAll(
                values.handed("values.sidecarInjectorWebhook", path -> isKnown("sidecarInjectorWebhook." + path)));
        all.put("sidecarInjectorWebhook", webhook);
        all.put("pilot", Map.of("cni", values.handed("values.pilot.cni", path -> isKnown("pilot.cni." + path))));
        return all;
    }

    /** Whether the injector reads a value: its defaults have all of them. */
    private static boolean isKnown(String path) {
        JsonNode at = HelmValues.defaults().tree();
        for (String key : path.split("\\.", -1)) {
            if (!at.isObject() || at.isEmpty()) {
                return true;
            }
            at = at.path(key);
            if (at.isMissingNode()) {
                return false;
            }
        }
        return true;
    }

    /** With keys in order: the same values give the same text, which changes nothing when it is applied again. */
    private static String yaml(Map<String, Object> tree) {
        return KUBERNETES.asYaml(ValuesLayers.sorted(tree)).replaceFirst("^---\\n", "");
    }
}
