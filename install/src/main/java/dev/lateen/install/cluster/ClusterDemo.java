package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Puts a sample into a namespace of a cluster that has a mesh, waits until its pods are ready, and tells where its page is. Done twice, the second time changes nothing. Blocks. */
final class ClusterDemo {
    private static final int HTTP = 80;
    private static final String FORWARDED = "http://127.0.0.1:8080";
    private static final Duration ADDRESS_PATIENCE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final ApiObjects objects;
    private final Rollout rollout;
    private final Consumer<String> progress;

    /**
     * For one cluster.
     *
     * @param progress is told what was done, and what is waited for
     * @param patience how long a Deployment may take to be ready
     */
    ClusterDemo(KubernetesClient client, Consumer<String> progress, Duration patience) {
        this.client = client;
        this.objects = new ApiObjects(client);
        this.rollout = new Rollout(client, progress, patience);
        this.progress = progress;
    }

    /** The revision of a control plane of ours, the default one rather than others; empty if there is none. */
    Optional<String> revision() {
        List<String> revisions = objects.labelled(Deployment.class, Ownership.MANAGED_BY, Ownership.LATEEN).stream()
                .map(deployment -> deployment.getMetadata().getLabels())
                .filter(labels -> "istiod".equals(labels.get("app")))
                .map(labels -> labels.getOrDefault(Ownership.REVISION, "default"))
                .sorted()
                .toList();
        return revisions.contains("default")
                ? Optional.of("default")
                : revisions.stream().findFirst();
    }

    /**
     * Applies a sample.
     *
     * @param revision whose sidecars its pods get
     * @param manifests YAML without namespaces
     * @param images gives an image's name in this cluster
     */
    void deploy(String namespace, String revision, List<String> manifests, UnaryOperator<String> images)
            throws InterruptedException {
        Map<String, String> label = revision.equals("default")
                ? Map.of("istio-injection", "enabled")
                : Map.of(Ownership.REVISION, revision);
        objects.apply(new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .withLabels(label)
                .endMetadata()
                .build());
        List<Deployment> deployments = new ArrayList<>();
        int changed = 0;
        for (HasMetadata object : read(manifests)) {
            object.getMetadata().setNamespace(namespace);
            if (object instanceof Deployment deployment) {
                deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .forEach(container -> container.setImage(images.apply(container.getImage())));
                deployments.add(deployment);
            }
            changed += objects.apply(object) == ApiObjects.Outcome.UNCHANGED ? 0 : 1;
        }
        progress.accept("applied: Bookinfo in namespace " + namespace + " (" + changed + " objects new or changed)");
        for (Deployment deployment : deployments) {
            rollout.deployment(deployment);
        }
        progress.accept("ready: " + deployments.size() + " Deployments, each pod with a sidecar");
    }

    private List<HasMetadata> read(List<String> manifests) {
        List<HasMetadata> all = new ArrayList<>();
        for (String manifest : manifests) {
            all.addAll(client.load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
                    .items());
        }
        return all;
    }

    /** Where the ingress gateway is reached from outside of the cluster: a URL, or the command that makes one. A load balancer has half a minute to give an address. */
    Door door() throws InterruptedException {
        long deadline = System.nanoTime() + ADDRESS_PATIENCE.toNanos();
        boolean told = false;
        while (true) {
            Service gateway = gateway();
            Door door = door(gateway);
            boolean mayCome = door.url().equals(FORWARDED)
                    && "LoadBalancer".equals(gateway.getSpec().getType());
            if (!mayCome || System.nanoTime() > deadline) {
                return door;
            }
            if (!told) {
                progress.accept("waiting: " + ApiObjects.name(gateway) + " has no address yet");
                told = true;
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private Service gateway() {
        List<Service> gateways = objects.labelled(Service.class, "istio", "ingressgateway");
        if (gateways.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "no Service of an ingress gateway in the cluster (expected: one with the label"
                            + " istio=ingressgateway, as the profiles default and demo have it)");
        }
        return gateways.getFirst();
    }

    static Door door(Service gateway) {
        var status = gateway.getStatus() == null ? null : gateway.getStatus().getLoadBalancer();
        List<LoadBalancerIngress> addresses =
                status == null || status.getIngress() == null ? List.of() : status.getIngress();
        if (!addresses.isEmpty()) {
            LoadBalancerIngress first = addresses.getFirst();
            return new Door("http://" + (first.getIp() == null ? first.getHostname() : host(first.getIp())), "");
        }
        int port = gateway.getSpec().getPorts().stream()
                .map(ServicePort::getPort)
                .filter(each -> each == HTTP)
                .findFirst()
                .orElse(gateway.getSpec().getPorts().getFirst().getPort());
        return new Door(
                FORWARDED,
                "kubectl port-forward -n " + gateway.getMetadata().getNamespace() + " service/"
                        + gateway.getMetadata().getName() + " 8080:" + port);
    }

    private static String host(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /**
     * A way in.
     *
     * @param url the start of a URL
     * @param command what has to run meanwhile; empty for nothing
     */
    record Door(String url, String command) {}
}
