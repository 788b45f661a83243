package dev.lateen.install.run;

import dev.lateen.api.Release;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who a pod's proxy says it is: the node id, cluster and metadata of Istio's agent, and the few keys that only a mesh on loopback addresses needs. Pure.
 */
final class ProxyIdentity {
    private static final String CLUSTER_ID = "Kubernetes";
    private static final String TRUST_DOMAIN = "cluster.local";

    private ProxyIdentity() {}

    /** What a proxy is for. */
    enum Role {
        SIDECAR("sidecar"),
        GATEWAY("router");

        private final String word;

        Role(String word) {
            this.word = word;
        }
    }

    static String nodeId(Role role, PodPlan pod, String address) {
        return role.word + "~" + address + "~" + pod.name() + "." + pod.namespace() + "~" + pod.namespace()
                + ".svc.cluster.local";
    }

    static String cluster(PodPlan pod) {
        return canonicalName(pod) + "." + pod.namespace();
    }

    static String canonicalName(PodPlan pod) {
        Map<String, String> labels = pod.labels();
        for (String label : new String[] {"service.istio.io/canonical-name", "app.kubernetes.io/name", "app"}) {
            String value = labels.get(label);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return pod.workload();
    }

    static String canonicalRevision(PodPlan pod) {
        Map<String, String> labels = pod.labels();
        for (String label :
                new String[] {"service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"}) {
            String value = labels.get(label);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "latest";
    }

    /**
     * The pod's labels as the injector would leave them: a gateway's ports are what its Gateways say, so that nobody may take them for ports that speak
     * the mesh's mutual TLS.
     */
    static Map<String, String> injectedLabels(Role role, PodPlan pod) {
        Map<String, String> labels = new TreeMap<>(pod.labels());
        if (role == Role.SIDECAR) {
            labels.put("security.istio.io/tlsMode", "istio");
        }
        labels.put("service.istio.io/canonical-name", canonicalName(pod));
        labels.put("service.istio.io/canonical-revision", canonicalRevision(pod));
        return labels;
    }

    static Map<String, Object> metadata(Role role, PodPlan pod, AddressPlan.Addresses addresses, String bindAddress) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("NAME", pod.name());
        metadata.put("NAMESPACE", pod.namespace());
        metadata.put("INSTANCE_IPS", addresses.pod());
        metadata.put("CLUSTER_ID", CLUSTER_ID);
        metadata.put("MESH_ID", TRUST_DOMAIN);
        metadata.put("ISTIO_VERSION", Release.ISTIO_VERSION);
        metadata.put("LATEEN_VERSION", Release.VERSION);
        metadata.put("SERVICE_ACCOUNT", pod.serviceAccount());
        metadata.put("LABELS", injectedLabels(role, pod));
        metadata.put("ANNOTATIONS", new TreeMap<>(pod.annotations()));
        metadata.put("WORKLOAD_NAME", pod.workload());
        metadata.put("OWNER", owner(pod));
        metadata.put("INTERCEPTION_MODE", "NONE");
        switch (role) {
            case SIDECAR -> {
                metadata.put("HTTP_PROXY_PORT", Integer.toString(Containers.PROXY_PORT));
                metadata.put("LATEEN_APP_ADDRESS", addresses.app());
            }
            case GATEWAY -> metadata.put("LATEEN_BIND_ADDRESS", bindAddress);
        }
        return metadata;
    }

    private static String owner(PodPlan pod) {
        return "kubernetes://apis/" + pod.workloadApiVersion() + "/namespaces/" + pod.namespace() + "/"
                + pod.workloadKind().toLowerCase(Locale.ROOT) + "s/" + pod.workload();
    }
}
