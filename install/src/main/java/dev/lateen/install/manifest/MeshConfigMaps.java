package dev.lateen.install.manifest;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The two ConfigMaps that Istio keeps its settings in: the mesh's, and the injector's. */
final class MeshConfigMaps {
    private static final Map<String, String> LABELS = Map.of("app", "istiod");
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private MeshConfigMaps() {}

    static List<HasMetadata> objects(Installation installation) {
        return List.of(
                new ConfigMapBuilder()
                        .withMetadata(installation.meta(installation.named("istio"), "Pilot", LABELS))
                        .withData(
                                Map.of("mesh", yaml(mesh(installation)), "meshNetworks", yaml(networks(installation))))
                        .build(),
                new ConfigMapBuilder()
                        .withMetadata(installation.meta(installation.named("istio-sidecar-injector"), "Pilot", LABELS))
                        .withData(Map.of(
                                "config",
                                yaml(injection(installation)),
                                "values",
                                KUBERNETES.asJson(sorted(values(installation)))))
                        .build());
    }

    /** Istio's defaults under what the user said. */
    private static Map<String, Object> mesh(Installation installation) {
        ValuesTree values = installation.values();
        String trustDomain = values.text("values.global.trustDomain", "cluster.local");
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put(
                "defaultConfig",
                Map.of(
                        "discoveryAddress",
                        installation.named("istiod") + "." + installation.namespace() + ".svc:15012",
                        "tracing",
                        Map.of("sampling", values.count("values.pilot.traceSampling", 1))));
        defaults.put("defaultProviders", Map.of("metrics", List.of("prometheus")));
        defaults.put("enablePrometheusMerge", true);
        defaults.put("rootNamespace", installation.namespace());
        defaults.put("trustDomain", trustDomain);
        return ValuesLayers.merge(
                ValuesLayers.merge(defaults, values.map("values.meshConfig")), values.map("meshConfig"));
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
        Map<String, Object> global = new LinkedHashMap<>(values.map("values.global"));
        global.put("istioNamespace", installation.namespace());
        Map<String, Object> proxy = new LinkedHashMap<>(values.map("values.global.proxy"));
        proxy.put("image", installation.image(values.text("values.global.proxy.image", "lateen")));
        global.put("proxy", proxy);
        Map<String, Object> init = new LinkedHashMap<>(values.map("values.global.proxy_init"));
        init.put("image", installation.image(values.text("values.global.proxy_init.image", "lateen")));
        global.put("proxy_init", init);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("global", global);
        all.put("revision", installation.isDefault() ? "" : installation.revision());
        Map<String, Object> webhook = new LinkedHashMap<>();
        // Named also where nobody said it: istioctl's analyze reads it and can't do without.
        webhook.put("enableNamespacesByDefault", false);
        webhook.putAll(values.map("values.sidecarInjectorWebhook"));
        all.put("sidecarInjectorWebhook", webhook);
        all.put("pilot", Map.of("cni", values.map("values.pilot.cni")));
        return all;
    }

    private static String yaml(Map<String, Object> tree) {
        return KUBERNETES.asYaml(sorted(tree)).replaceFirst("^---\\n", "");
    }

    /** The same with keys in order: the same values give the same text, which changes nothing when it is applied again. */
    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, inner) -> sorted.put(String.valueOf(key), sorted(inner)));
                yield sorted;
            }
            case List<?> list -> list.stream().map(MeshConfigMaps::sorted).toList();
            default -> value;
        };
    }
}
