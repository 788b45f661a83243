package dev.lateen.install.manifest;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One gateway: its Deployment, whose container the injector fills in, its Service, its account. */
final class GatewayWorkload {
    /** What tells the kinds of gateways apart. */
    enum Kind {
        INGRESS("IngressGateways", "ingressgateway", "LoadBalancer"),
        EGRESS("EgressGateways", "egressgateway", "ClusterIP");

        private final String component;
        private final String label;
        private final String serviceType;

        Kind(String component, String label, String serviceType) {
            this.component = component;
            this.label = label;
            this.serviceType = serviceType;
        }
    }

    private static final int HTTP = 8080;
    private static final int HTTPS = 8443;
    private static final int STATUS = 15021;

    private final Installation installation;
    private final Kind kind;
    private final String name;
    private final String namespace;
    private final Map<String, String> labels;
    private final ValuesTree values;
    private final ValuesTree k8s;

    private GatewayWorkload(Installation installation, Kind kind, ValuesTree component) {
        this.installation = installation;
        this.kind = kind;
        this.name = component.text("name", "istio-" + kind.label);
        this.namespace = component.text("namespace", installation.namespace());
        this.values = installation.values().under("values.gateways.istio-" + kind.label);
        this.k8s = component.under("k8s");
        this.labels = new LinkedHashMap<>(Pairs.of("app", name, "istio", kind.label));
        labels.putAll(values.texts("labels"));
        labels.putAll(component.texts("label"));
    }

    /** The objects of all gateways that are wanted. */
    static List<HasMetadata> objects(Installation installation) {
        List<HasMetadata> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            String path = kind == Kind.INGRESS ? "components.ingressGateways" : "components.egressGateways";
            for (ValuesTree component : installation.values().each(path)) {
                GatewayWorkload gateway = new GatewayWorkload(installation, kind, component);
                if (component.flag("enabled", false)) {
                    all.addAll(gateway.all());
                }
            }
        }
        return all;
    }

    private List<HasMetadata> all() {
        Scaling scaling = Scaling.of(values);
        List<HasMetadata> all = new ArrayList<>();
        all.add(new ServiceAccountBuilder()
                .withMetadata(meta(account()))
                .withImagePullSecrets(installation.pullSecrets())
                .build());
        all.add(service());
        all.add(scaling.deployment(
                meta(name), labels, pod(), () -> k8s.count("replicaCount", values.count("replicaCount", 1))));
        if (installation.values().flag("values.global.defaultPodDisruptionBudget.enabled", true)) {
            all.add(Scaling.disruptionBudget(meta(name), labels));
        }
        if (scaling.auto()) {
            all.add(scaling.autoscaler(meta(name), name));
        }
        return all;
    }

    private String account() {
        return name + "-service-account";
    }

    private ObjectMeta meta(String object) {
        return installation.metaIn(namespace, object, kind.component, labels);
    }

    private HasMetadata service() {
        var spec = new ServiceBuilder()
                .withMetadata(meta(name))
                .editMetadata()
                .addToAnnotations(values.texts("serviceAnnotations"))
                .addToAnnotations(k8s.texts("serviceAnnotations"))
                .endMetadata()
                .withNewSpec()
                .withType(k8s.text("service.type", values.text("type", kind.serviceType)))
                .withSelector(labels)
                .withPorts(servicePorts());
        String policy = k8s.text("service.externalTrafficPolicy", values.text("externalTrafficPolicy", ""));
        if (!policy.isEmpty()) {
            spec.withExternalTrafficPolicy(policy);
        }
        String address = k8s.text("service.loadBalancerIP", values.text("loadBalancerIP", ""));
        if (!address.isEmpty()) {
            spec.withLoadBalancerIP(address);
        }
        return spec.endSpec().build();
    }

    private List<ServicePort> servicePorts() {
        List<ServicePort> said = k8s.allAs("service.ports", ServicePort.class);
        if (said.isEmpty()) {
            said = values.allAs("ports", ServicePort.class);
        }
        if (!said.isEmpty()) {
            return said;
        }
        List<ServicePort> ports = new ArrayList<>();
        if (kind == Kind.INGRESS) {
            ports.add(Pods.servicePort("status-port", STATUS, STATUS));
        }
        ports.add(Pods.servicePort("http2", 80, HTTP));
        ports.add(Pods.servicePort("https", 443, HTTPS));
        return ports;
    }

    private PodTemplateSpec pod() {
        Map<String, String> own = new LinkedHashMap<>(labels);
        own.put("sidecar.istio.io/inject", "true");
        own.put(Ownership.REVISION, installation.revision());
        own.put("service.istio.io/canonical-name", name);
        own.put("service.istio.io/canonical-revision", "latest");
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put("inject.istio.io/templates", "gateway");
        annotations.putAll(values.texts("podAnnotations"));
        annotations.putAll(k8s.texts("podAnnotations"));
        Map<String, String> nodes = new LinkedHashMap<>(values.texts("nodeSelector"));
        nodes.putAll(k8s.texts("nodeSelector"));
        List<Toleration> tolerations = new ArrayList<>(values.allAs("tolerations", Toleration.class));
        tolerations.addAll(k8s.allAs("tolerations", Toleration.class));
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(own)
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(account())
                .withSecurityContext(Pods.restrictedPod())
                .withNodeSelector(nodes)
                .withTolerations(tolerations)
                .addToContainers(new ContainerBuilder()
                        .withName("istio-proxy")
                        .withImage("auto")
                        // Else the API server takes "auto" for an image's newest and has it pulled each time.
                        .withImagePullPolicy(installation.pullPolicy())
                        .withPorts(containerPort(HTTP), containerPort(HTTPS), containerPort(STATUS))
                        .withEnv(k8s.allAs("env", EnvVar.class))
                        .withResources(resources())
                        .withSecurityContext(Pods.restricted())
                        .build())
                .endSpec()
                .build();
    }

    private static ContainerPort containerPort(int port) {
        return new ContainerPortBuilder()
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private ResourceRequirements resources() {
        ResourceRequirements said = k8s.as("resources", ResourceRequirements.class);
        if (said == null) {
            said = values.as("resources", ResourceRequirements.class);
        }
        return said != null
                ? said
                : new ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity("100m"))
                        .addToRequests("memory", new Quantity("128Mi"))
                        .addToLimits("cpu", new Quantity("2000m"))
                        .addToLimits("memory", new Quantity("1024Mi"))
                        .build();
    }
}
