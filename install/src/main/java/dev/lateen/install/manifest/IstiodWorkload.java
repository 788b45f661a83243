package dev.lateen.install.manifest;

import static dev.lateen.install.manifest.Pods.env;
import static dev.lateen.install.manifest.Pods.field;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The control plane's Deployment, its Service, and how many of its pods there are. */
final class IstiodWorkload {
    private static final String COMPONENT = "Pilot";
    private static final String TOKEN_AUDIENCE = "istio-ca";

    private final Installation installation;
    private final String name;
    private final ValuesTree pilot;
    private final ValuesTree k8s;

    private IstiodWorkload(Installation installation) {
        this.installation = installation;
        this.name = installation.named("istiod");
        this.pilot = installation.values().under("values.pilot");
        this.k8s = installation.values().under("components.pilot.k8s");
    }

    static List<HasMetadata> objects(Installation installation) {
        return new IstiodWorkload(installation).all();
    }

    private List<HasMetadata> all() {
        Scaling scaling = Scaling.of(pilot);
        List<HasMetadata> all = new ArrayList<>();
        all.add(service());
        all.add(scaling.deployment(
                installation.meta(name, COMPONENT, Pairs.of("app", "istiod", "istio", "pilot")),
                selector(),
                pod(),
                () -> k8s.count("replicaCount", pilot.count("replicaCount", 1))));
        if (installation.values().flag("values.global.defaultPodDisruptionBudget.enabled", true)) {
            all.add(Scaling.disruptionBudget(installation.meta(name, COMPONENT, Map.of("app", "istiod")), selector()));
        }
        if (scaling.auto()) {
            all.add(scaling.autoscaler(installation.meta(name, COMPONENT, Map.of("app", "istiod")), name));
        }
        return all;
    }

    /** Which pods are this revision's. */
    private Map<String, String> selector() {
        return Pairs.of("app", "istiod", Ownership.REVISION, installation.revision());
    }

    private HasMetadata service() {
        return new ServiceBuilder()
                .withMetadata(installation.meta(name, COMPONENT, Pairs.of("app", "istiod", "istio", "pilot")))
                .editMetadata()
                .addToAnnotations(pilot.texts("serviceAnnotations"))
                .endMetadata()
                .withNewSpec()
                .withSelector(selector())
                .withPorts(
                        Pods.servicePort("grpc-xds", 15010, 15010),
                        Pods.servicePort("https-dns", 15012, 15012),
                        Pods.servicePort("https-webhook", 443, 15017),
                        Pods.servicePort("http-monitoring", 15014, 15014))
                .endSpec()
                .build();
    }

    private PodTemplateSpec pod() {
        Map<String, String> labels = new LinkedHashMap<>(pilot.texts("podLabels"));
        labels.putAll(selector());
        labels.put("istio", "pilot");
        labels.put("sidecar.istio.io/inject", "false");
        labels.put(Ownership.COMPONENT, COMPONENT);
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put("prometheus.io/port", "15014");
        annotations.put("prometheus.io/scrape", "true");
        annotations.put("sidecar.istio.io/inject", "false");
        annotations.putAll(pilot.texts("podAnnotations"));
        annotations.putAll(k8s.texts("podAnnotations"));
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(name)
                .withSecurityContext(Pods.restrictedPod())
                .withImagePullSecrets(installation.pullSecrets())
                .withNodeSelector(either("nodeSelector"))
                .withTolerations(tolerations())
                .withAffinity(affinity())
                .withContainers(container())
                .addToVolumes(Pods.scratch("tmp"), Pods.inMemory("state"), Pods.optionalSecret("cacerts", "cacerts"))
                .endSpec()
                .build();
    }

    private Map<String, String> either(String path) {
        Map<String, String> said = new LinkedHashMap<>(pilot.texts(path));
        said.putAll(k8s.texts(path));
        return said;
    }

    private List<Toleration> tolerations() {
        List<Toleration> all = new ArrayList<>(pilot.allAs("tolerations", Toleration.class));
        all.addAll(k8s.allAs("tolerations", Toleration.class));
        return all;
    }

    private @Nullable Affinity affinity() {
        Affinity said = k8s.as("affinity", Affinity.class);
        return said != null ? said : pilot.as("affinity", Affinity.class);
    }

    private Container container() {
        return new ContainerBuilder()
                .withName("discovery")
                .withImage(installation.image(pilot.text("image", "lateen")))
                .withImagePullPolicy(installation.pullPolicy())
                // The image's own command has but a proxy's classes.
                .withCommand("/usr/local/bin/pilot-discovery")
                .withArgs(arguments())
                .withPorts(
                        port("http-debug", 8080),
                        port("grpc-xds", 15010),
                        port("tls-xds", 15012),
                        port("https-webhooks", 15017),
                        port("http-monitoring", 15014))
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/ready")
                .withPort(new IntOrString(8080))
                .endHttpGet()
                .withInitialDelaySeconds(1)
                .withPeriodSeconds(3)
                .withTimeoutSeconds(5)
                .endReadinessProbe()
                .withEnv(environment())
                .withResources(resources())
                .withSecurityContext(Pods.restricted())
                .withVolumeMounts(
                        new VolumeMountBuilder()
                                .withName("tmp")
                                .withMountPath("/tmp")
                                .build(),
                        new VolumeMountBuilder()
                                .withName("state")
                                .withMountPath("/var/run/secrets/istio-dns")
                                .build(),
                        new VolumeMountBuilder()
                                .withName("cacerts")
                                .withMountPath("/etc/cacerts")
                                .withReadOnly(true)
                                .build())
                .build();
    }

    private List<String> arguments() {
        return List.of(
                "istiod",
                "--grpcAddr=:15010",
                "--secureGRPCAddr=:15012",
                "--httpAddr=:8080",
                "--monitoringAddr=:15014",
                "--httpsAddr=:15017",
                "--state=/var/run/secrets/istio-dns");
    }

    private static ContainerPort port(String name, int port) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private List<EnvVar> environment() {
        List<EnvVar> env = new ArrayList<>();
        env.add(env("REVISION", installation.revision()));
        env.add(field("POD_NAME", "metadata.name"));
        env.add(field("POD_NAMESPACE", "metadata.namespace"));
        env.add(field("SERVICE_ACCOUNT", "spec.serviceAccountName"));
        env.add(env("CLUSTER_ID", installation.values().text("values.global.multiCluster.clusterName", "Kubernetes")));
        env.add(env("TOKEN_AUDIENCES", TOKEN_AUDIENCE));
        pilot.texts("env").forEach((variable, value) -> env.add(env(variable, value)));
        env.addAll(k8s.allAs("env", EnvVar.class));
        return env;
    }

    private ResourceRequirements resources() {
        ResourceRequirements said = k8s.as("resources", ResourceRequirements.class);
        if (said == null) {
            said = pilot.as("resources", ResourceRequirements.class);
        }
        return said != null
                ? said
                : new ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity("500m"))
                        .addToRequests("memory", new Quantity("512Mi"))
                        .build();
    }
}
