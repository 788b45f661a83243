package dev.lateen.injector;

import dev.lateen.api.yaml.StartSettings;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.CapabilitiesBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The two containers an injected pod gets: the one that redirects traffic and the proxy itself, as a native sidecar. */
final class SidecarContainers {
    static final String PROXY = "istio-proxy";
    static final String INIT = "istio-init";

    /** Ports that belong to the sidecar and are never redirected. */
    private static final List<String> OWN_PORTS = List.of("15090", "15021");

    private static final Capabilities DROP_ALL =
            new CapabilitiesBuilder().withDrop("ALL").build();

    private final SidecarSettings settings;

    SidecarContainers(SidecarSettings settings) {
        this.settings = settings;
    }

    /** By the annotation, else by the proxy's settings, else by redirection. */
    static String interceptionMode(Map<String, String> annotations, StartSettings start) {
        String own = annotations.get("sidecar.istio.io/interceptionMode");
        return own != null ? own : String.valueOf(start.given().getOrDefault("interceptionMode", "REDIRECT"));
    }

    Container init(Map<String, String> annotations, String interception) {
        return new ContainerBuilder()
                .withName(INIT)
                .withImage(image(annotations))
                .withArgs(iptables(annotations, interception))
                .withResources(resources(annotations))
                .withSecurityContext(new SecurityContextBuilder()
                        .withAllowPrivilegeEscalation(false)
                        .withCapabilities(new CapabilitiesBuilder()
                                .withAdd("NET_ADMIN", "NET_RAW")
                                .withDrop("ALL")
                                .build())
                        .withPrivileged(false)
                        .withReadOnlyRootFilesystem(false)
                        .withRunAsGroup(0L)
                        .withRunAsNonRoot(false)
                        .withRunAsUser(0L)
                        .build())
                .build();
    }

    private static List<String> iptables(Map<String, String> annotations, String interception) {
        String prefix = "traffic.sidecar.istio.io/";
        List<String> excluded = new ArrayList<>(OWN_PORTS);
        String userExcluded = annotations.getOrDefault(prefix + "excludeInboundPorts", "");
        if (!userExcluded.isEmpty()) {
            excluded.add(userExcluded);
        }
        excluded.add("15020");
        List<String> args = new ArrayList<>(List.of(
                "istio-iptables",
                "-p",
                "15001",
                "-z",
                "15006",
                "-u",
                "1337",
                "-m",
                interception,
                "-i",
                annotations.getOrDefault(prefix + "includeOutboundIPRanges", "*"),
                "-x",
                annotations.getOrDefault(prefix + "excludeOutboundIPRanges", ""),
                "-b",
                annotations.getOrDefault(prefix + "includeInboundPorts", "*"),
                "-d",
                String.join(",", excluded)));
        String outbound = annotations.get(prefix + "excludeOutboundPorts");
        if (outbound != null) {
            args.addAll(List.of("-o", outbound));
        }
        String included = annotations.get(prefix + "includeOutboundPorts");
        if (included != null) {
            args.addAll(List.of("-q", included));
        }
        args.add("--log_output_level=default:info");
        return args;
    }

    Container proxy(Workload workload, Map<String, String> annotations, StartSettings start, List<VolumeMount> mounts) {
        return new ContainerBuilder()
                .withName(PROXY)
                .withImage(image(annotations))
                .withArgs(
                        "proxy",
                        "sidecar",
                        "--domain",
                        "$(POD_NAMESPACE).svc." + settings.clusterDomain(),
                        "--proxyLogLevel=" + annotations.getOrDefault("sidecar.istio.io/logLevel", "warning"),
                        "--proxyComponentLogLevel="
                                + annotations.getOrDefault("sidecar.istio.io/componentLogLevel", "misc:error"),
                        "--log_output_level="
                                + annotations.getOrDefault("sidecar.istio.io/agentLogLevel", "default:info"))
                .withEnv(environment(workload, annotations, start))
                .addNewPort()
                .withContainerPort(15090)
                .withName("http-envoy-prom")
                .withProtocol("TCP")
                .endPort()
                .withNewLifecycle()
                .withNewPreStop()
                .withNewExec()
                .withCommand("pilot-agent", "request", "--debug-port=15020", "POST", "drain")
                .endExec()
                .endPreStop()
                .endLifecycle()
                .withReadinessProbe(probe(4, 15))
                .withStartupProbe(probe(600, 1))
                .withResources(resources(annotations))
                .withRestartPolicy("Always")
                .withSecurityContext(new SecurityContextBuilder()
                        .withAllowPrivilegeEscalation(false)
                        .withCapabilities(DROP_ALL)
                        .withPrivileged(false)
                        .withReadOnlyRootFilesystem(true)
                        .withRunAsGroup(1337L)
                        .withRunAsNonRoot(true)
                        .withRunAsUser(1337L)
                        .build())
                .withVolumeMounts(mounts)
                .build();
    }

    private String image(Map<String, String> annotations) {
        return annotations.getOrDefault("sidecar.istio.io/proxyImage", settings.image());
    }

    private static Probe probe(int failures, int periodSeconds) {
        return new ProbeBuilder()
                .withFailureThreshold(failures)
                .withNewHttpGet()
                .withPath("/healthz/ready")
                .withNewPort(15021)
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(3)
                .build();
    }

    /** Istio's defaults, or exactly what the annotations ask for: one of them switches all defaults off. */
    private static ResourceRequirements resources(Map<String, String> annotations) {
        Map<String, Quantity> requests = new LinkedHashMap<>();
        Map<String, Quantity> limits = new LinkedHashMap<>();
        put(requests, "cpu", annotations.get("sidecar.istio.io/proxyCPU"));
        put(requests, "memory", annotations.get("sidecar.istio.io/proxyMemory"));
        put(limits, "cpu", annotations.get("sidecar.istio.io/proxyCPULimit"));
        put(limits, "memory", annotations.get("sidecar.istio.io/proxyMemoryLimit"));
        if (requests.isEmpty() && limits.isEmpty()) {
            put(requests, "cpu", "100m");
            put(requests, "memory", "128Mi");
            put(limits, "cpu", "2");
            put(limits, "memory", "1Gi");
        }
        return new ResourceRequirementsBuilder()
                .withRequests(requests)
                .withLimits(limits)
                .build();
    }

    private static void put(
            Map<String, Quantity> quantities, String name, @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            quantities.put(name, new Quantity(value));
        }
    }

    private List<EnvVar> environment(Workload workload, Map<String, String> annotations, StartSettings start) {
        List<EnvVar> env = new ArrayList<>();
        env.add(value("PILOT_CERT_PROVIDER", "istiod"));
        env.add(value("CA_ADDR", settings.caAddress()));
        env.add(field("POD_NAME", "metadata.name"));
        env.add(field("POD_NAMESPACE", "metadata.namespace"));
        env.add(field("INSTANCE_IP", "status.podIP"));
        env.add(field("SERVICE_ACCOUNT", "spec.serviceAccountName"));
        env.add(field("HOST_IP", "status.hostIP"));
        env.add(resource("ISTIO_CPU_LIMIT", "limits.cpu"));
        env.add(value("PROXY_CONFIG", start.json() + "\n"));
        env.add(value("ISTIO_META_POD_PORTS", ports(workload)));
        env.add(value(
                "ISTIO_META_APP_CONTAINERS",
                workload.spec().getContainers().stream().map(Container::getName).collect(Collectors.joining(","))));
        env.add(value("ISTIO_META_CLUSTER_ID", settings.clusterId()));
        env.add(field("ISTIO_META_NODE_NAME", "spec.nodeName"));
        env.add(value("ISTIO_META_INTERCEPTION_MODE", interceptionMode(annotations, start)));
        env.add(value("ISTIO_META_WORKLOAD_NAME", workload.name()));
        env.add(value("ISTIO_META_OWNER", workload.owner()));
        env.add(value("ISTIO_META_MESH_ID", settings.meshId()));
        env.add(value("TRUST_DOMAIN", settings.trustDomain()));
        if (start.given().get("proxyMetadata") instanceof Map<?, ?> variables) {
            new TreeMap<Object, Object>(variables)
                    .forEach((name, text) -> env.add(value(String.valueOf(name), String.valueOf(text))));
        }
        return env;
    }

    private static String ports(Workload workload) {
        List<String> ports = new ArrayList<>();
        for (Container container : workload.spec().getContainers()) {
            for (ContainerPort port : container.getPorts()) {
                String name = port.getName() == null ? "" : "\"name\":\"" + port.getName() + "\",";
                String protocol = port.getProtocol() == null ? "" : ",\"protocol\":\"" + port.getProtocol() + "\"";
                ports.add("    {" + name + "\"containerPort\":" + port.getContainerPort() + protocol + "}");
            }
        }
        return ports.isEmpty() ? "[\n]" : "[\n" + String.join(",\n", ports) + "\n]";
    }

    private static EnvVar value(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(path)
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar resource(String name, String resource) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewResourceFieldRef()
                .withResource(resource)
                .withDivisor(new Quantity("1"))
                .endResourceFieldRef()
                .endValueFrom()
                .build();
    }
}
