package dev.lateen.it;

import dev.lateen.istiod.Istiod;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who a proxy is: its pod.
 *
 * @param role {@code sidecar} or {@code router}
 * @param ip the pod's address
 * @param more metadata beside the usual
 */
record MeshNode(
        String role,
        String ip,
        String name,
        String namespace,
        String serviceAccount,
        Map<String, String> labels,
        Map<String, Object> more) {
    /** Where its application reaches a sidecar as HTTP proxy. */
    static final int HTTP_PROXY = 15001;

    /** The sidecar of version 1 of one of Bookinfo's applications. @param application the address of the application itself */
    static MeshNode bookinfo(String app, String pod, String application) {
        return new MeshNode(
                "sidecar",
                pod,
                app + "-v1-0",
                "default",
                "bookinfo-" + app,
                Map.of("app", app, "version", "v1", "security.istio.io/tlsMode", "istio"),
                Map.of(
                        "WORKLOAD_NAME",
                        app + "-v1",
                        "INTERCEPTION_MODE",
                        "NONE",
                        "HTTP_PROXY_PORT",
                        "" + HTTP_PROXY,
                        "LATEEN_APP_ADDRESS",
                        application));
    }

    String id() {
        return role + "~" + ip + "~" + name + "." + namespace + "~" + namespace + ".svc.cluster.local";
    }

    /** As a proxy of ours names itself. */
    XdsNode xds() {
        return new XdsNode(id(), name, metadata(), new Locality("", "", ""), "lateen", "0.1.0", List.of());
    }

    String spiffeId() {
        return "spiffe://cluster.local/ns/" + namespace + "/sa/" + serviceAccount;
    }

    Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of(
                "NAME", name,
                "NAMESPACE", namespace,
                "INSTANCE_IPS", ip,
                "CLUSTER_ID", "Kubernetes",
                "ISTIO_VERSION", "1.31.0",
                "MESH_ID", "cluster.local",
                "SERVICE_ACCOUNT", serviceAccount,
                "LABELS", labels));
        metadata.putAll(more);
        return metadata;
    }

    String metadataJson() {
        return json(metadata());
    }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> json(entry.getKey()) + ": " + json(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return "\"" + value + "\"";
    }

    /**
     * The file its proxy starts with, a stock Envoy or ours.
     *
     * @param controlPlane the address of istiod and of the server of secrets
     * @param apiType {@code DELTA_GRPC} or {@code GRPC}
     * @param sds the port of the server of secrets; any for our proxy, which brings its own
     */
    String bootstrap(String controlPlane, String adminHost, int admin, String apiType, int xds, int sds)
            throws IOException {
        try (InputStream in = MeshNode.class.getResourceAsStream("/envoy/bootstrap.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{ID}", id())
                    .replace("{CLUSTER}", name + "." + namespace)
                    .replace("{METADATA}", metadataJson())
                    .replace("{CONTROL_PLANE}", controlPlane)
                    .replace("{ADMIN_HOST}", adminHost)
                    .replace("{ADMIN}", "" + admin)
                    .replace("{API_TYPE}", apiType)
                    .replace("{XDS}", "" + xds)
                    .replace("{SDS}", "" + sds);
        }
    }

    /** How it gets its certificate: with a token that istiod minted for its service account. */
    IdentitySettings identity(Istiod istiod) {
        return new IdentitySettings(
                "127.0.0.1",
                istiod.addresses().secureGrpc(),
                "",
                istiod.authority().rootPem(),
                () -> istiod.tokens().mint(namespace, serviceAccount, Duration.ofMinutes(10)),
                "cluster.local",
                namespace,
                serviceAccount,
                Duration.ofHours(1));
    }
}
