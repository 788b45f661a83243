package dev.lateen.install.pod;

import dev.lateen.api.Release;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who a pod's proxy says it is: node id, cluster, metadata and locality as Istio's agent makes them of its variables, the downward API and the settings. Pure.
 *
 * @param type {@code sidecar} or {@code router}
 * @param domain DNS domain of the pod's namespace
 * @param variables of the pod
 * @param labels the pod's
 * @param annotations the pod's
 * @param addresses the pod's, the one by which it is known first
 */
record PodNode(
        String type,
        String domain,
        PodVariables variables,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<String> addresses) {
    private static final String PREFIX = "ISTIO_META_";
    private static final String JSON_PREFIX = "ISTIO_METAJSON_";
    private static final String JSON_LABELS = JSON_PREFIX + "LABELS";

    /** Differs from one ReplicaSet of a Deployment to the next; Istio's agent keeps it to itself. */
    private static final String POD_TEMPLATE_HASH = "pod-template-hash";

    /** Where a pod says its locality, the newer label first. */
    private static final List<String> LOCALITY_LABELS = List.of("topology.istio.io/locality", "istio-locality");

    private static final List<String> APP_LABELS =
            List.of("app", "app.kubernetes.io/name", "service.istio.io/canonical-name");

    String name() {
        return variables.needed("POD_NAME", "the pod's name");
    }

    String namespace() {
        return variables.needed("POD_NAMESPACE", "the pod's namespace");
    }

    /** Empty if nobody says; the CA knows it by the token. */
    String serviceAccount() {
        return variables.text("SERVICE_ACCOUNT", "");
    }

    XdsNode node(PodSettings settings, PodPorts ports) {
        Map<String, Object> metadata = metadata(settings, ports);
        String id = type + "~" + addresses.getFirst() + "~" + name() + "." + namespace() + "~" + domain;
        return new XdsNode(
                id,
                cluster(settings),
                metadata,
                locality(),
                NodeMetadata.LATEEN_USER_AGENT,
                Release.VERSION,
                List.of());
    }

    private Map<String, Object> metadata(PodSettings settings, PodPorts ports) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        settings.proxyMetadata().forEach((name, value) -> put(metadata, name, value));
        if (!settings.meshId().isEmpty()) {
            metadata.put(NodeMetadata.MESH_ID, settings.meshId());
        }
        new TreeMap<>(variables.environment()).forEach((name, value) -> put(metadata, name, value));
        metadata.put(NodeMetadata.NAME, name());
        metadata.put(NodeMetadata.NAMESPACE, namespace());
        metadata.put(NodeMetadata.INSTANCE_IPS, String.join(",", addresses));
        metadata.putIfAbsent(NodeMetadata.ISTIO_VERSION, Release.ISTIO_VERSION);
        metadata.put(NodeMetadata.LATEEN_VERSION, Release.VERSION);
        if (!serviceAccount().isEmpty()) {
            metadata.put(NodeMetadata.SERVICE_ACCOUNT, serviceAccount());
        }
        metadata.put(NodeMetadata.LABELS, toldLabels());
        if (!annotations.isEmpty()) {
            metadata.put(NodeMetadata.ANNOTATIONS, new TreeMap<>(annotations));
        }
        metadata.put(NodeMetadata.PROXY_CONFIG, settings.given());
        metadata.put("ENVOY_STATUS_PORT", ports.readiness());
        metadata.put("ENVOY_PROMETHEUS_PORT", ports.stats());
        return metadata;
    }

    private static void put(Map<String, Object> metadata, String name, String value) {
        if (name.startsWith(PREFIX) && name.length() > PREFIX.length()) {
            metadata.put(name.substring(PREFIX.length()), value);
        } else if (name.startsWith(JSON_PREFIX)) {
            metadata.putAll(json(name, value));
        }
    }

    private static Map<String, Object> json(String name, String value) {
        try {
            return new JsonObject(value).getMap();
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a JSON object)", e);
        }
    }

    /** Those of the downward API go before those of the variable. */
    private Map<String, String> toldLabels() {
        Map<String, String> told = new TreeMap<>();
        String given = variables.text(JSON_LABELS, "");
        if (!given.isEmpty()) {
            json(JSON_LABELS, given).forEach((key, value) -> told.put(key, String.valueOf(value)));
        }
        told.putAll(labels);
        told.remove(POD_TEMPLATE_HASH);
        String locality = first(told, LOCALITY_LABELS, "");
        if (!locality.isEmpty()) {
            told.put(LOCALITY_LABELS.getLast(), withSlashes(locality));
        }
        return told;
    }

    private static String first(Map<String, String> labels, List<String> names, String otherwise) {
        return names.stream()
                .map(name -> labels.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse(otherwise);
    }

    /** A label can't hold slashes, so Istio takes dots for them where there are none. */
    private static String withSlashes(String locality) {
        return locality.indexOf('/') >= 0 ? locality : locality.replace('.', '/');
    }

    /** What the pod's label says; without it istiod knows it from the pod's node. */
    private Locality locality() {
        String[] parts = withSlashes(first(toldLabels(), LOCALITY_LABELS, "")).split("/", 3);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    private String cluster(PodSettings settings) {
        if (!settings.serviceCluster().isEmpty()) {
            return settings.serviceCluster();
        }
        String workload = variables.text(PREFIX + NodeMetadata.WORKLOAD_NAME, "istio-proxy");
        return first(toldLabels(), APP_LABELS, workload) + "." + namespace();
    }
}
