package dev.lateen.injector.overlay;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.injector.tree.ContainerTrees;
import dev.lateen.injector.tree.KubernetesText;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The variables that the proxy reads; their names and forms are a contract with any agent of Istio's.
 *
 * @param role what the proxy is started as
 */
record ProxyEnvironment(Role role) implements Overlay {
    @Override
    public void add(Fragment fragment, PodFacts facts) {
        var variables = new Variables();
        addControlPlane(variables, facts);
        addPod(variables, facts);
        addPlace(variables, facts);
        addMesh(variables, facts);
        if (role == Role.SIDECAR) {
            variables.values(TracerVariables.datadog(facts));
            variables.valueUnlessEmpty("OTEL_RESOURCE_ATTRIBUTES", TracerVariables.resourceAttributes(facts));
        }
        variables.values(facts.start().metadata());
        if (role == Role.GRPC_AGENT) {
            // An application that resolves xds:/// itself needs no addresses of Services, and no Envoy.
            variables.value("ISTIO_META_DNS_CAPTURE", "false").value("DISABLE_ENVOY", "true");
        }
        fragment.proxy().setEnv(variables.list());
    }

    private void addControlPlane(Variables variables, PodFacts facts) {
        if (role == Role.GRPC_AGENT) {
            variables.value("ISTIO_META_GENERATOR", "grpc").value("OUTPUT_CERTS", "/var/lib/istio/data");
        }
        if (role != Role.GATEWAY && facts.mesh().localhostInbound()) {
            variables.value("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", "true");
        }
        SidecarSettings.ControlPlane controlPlane = facts.settings().controlPlane();
        variables.value("PILOT_CERT_PROVIDER", controlPlane.certProvider());
        variables.value("CA_ADDR", controlPlane.caAddress());
    }

    private void addPod(Variables variables, PodFacts facts) {
        variables
                .field("POD_NAME", "metadata.name")
                .field("POD_NAMESPACE", "metadata.namespace")
                .field("INSTANCE_IP", "status.podIP")
                .field("SERVICE_ACCOUNT", "spec.serviceAccountName")
                .field("HOST_IP", "status.hostIP");
        if (role != Role.GRPC_AGENT) {
            variables.resource("ISTIO_CPU_LIMIT", "limits.cpu");
        }
        variables
                .value("PROXY_CONFIG", facts.start().json() + "\n")
                .value("ISTIO_META_POD_PORTS", ports(facts.spec()))
                .value("ISTIO_META_APP_CONTAINERS", String.join(",", facts.applications()));
        if (role != Role.GRPC_AGENT) {
            addLimits(variables, facts);
        }
    }

    private static void addLimits(Variables variables, PodFacts facts) {
        // A JVM sees its container's limits by itself; Istio's own agent, which a pod may ask for as its image, reads
        // these.
        variables.resource("GOMEMLIMIT", "limits.memory").resource("GOMAXPROCS", "limits.cpu");
        String policy = facts.settings().node().compliancePolicy();
        variables.valueUnlessEmpty("COMPLIANCE_POLICY", policy);
        if (policy.equals("fips-140-3")) {
            variables.value("GODEBUG", "fips140=only");
        }
    }

    private void addPlace(Variables variables, PodFacts facts) {
        SidecarSettings.Identity identity = facts.settings().identity();
        variables.value(
                "ISTIO_META_CLUSTER_ID", identity.clusterName().isEmpty() ? "Kubernetes" : identity.clusterName());
        variables.field("ISTIO_META_NODE_NAME", "spec.nodeName");
        if (role != Role.GRPC_AGENT) {
            variables.value("ISTIO_META_INTERCEPTION_MODE", interceptionMode(facts));
        }
        variables.valueUnlessEmpty("ISTIO_META_NETWORK", identity.network());
    }

    /** An annotation without a value says nothing here; a gateway has none of its own. */
    private String interceptionMode(PodFacts facts) {
        String own = role == Role.GATEWAY ? "" : facts.annotations().getOrDefault(PodFacts.INTERCEPTION, "");
        return own.isEmpty() ? facts.start().interceptionMode() : own;
    }

    private void addMesh(Variables variables, PodFacts facts) {
        String owner = facts.owner().name();
        variables.valueUnlessEmpty(
                "ISTIO_META_WORKLOAD_NAME",
                role == Role.SIDECAR ? facts.label(owner, "service.istio.io/workload-name") : owner);
        if (!owner.isEmpty() && !facts.owner().apiVersion().isEmpty()) {
            variables.value("ISTIO_META_OWNER", facts.owner().reference());
        }
        if (role != Role.GRPC_AGENT && facts.annotations().containsKey(ProxyVolumes.BOOTSTRAP)) {
            variables.value("ISTIO_BOOTSTRAP_OVERRIDE", "/etc/istio/custom-bootstrap/custom_bootstrap.json");
        }
        String meshId = facts.settings().identity().meshId();
        variables.valueUnlessEmpty("ISTIO_META_MESH_ID", meshId.isEmpty() ? facts.trustDomain() : meshId);
        variables.valueUnlessEmpty("TRUST_DOMAIN", facts.trustDomain());
    }

    /** The ports of all containers, one a line. */
    static String ports(JsonNode spec) {
        List<String> ports = new ArrayList<>();
        for (JsonNode container : spec.path(ContainerTrees.CONTAINERS)) {
            for (JsonNode port : container.path("ports")) {
                ports.add("    " + (ports.isEmpty() ? "" : ",") + KubernetesText.of(port) + "\n");
            }
        }
        return "[\n" + String.join("", ports) + "]";
    }
}
