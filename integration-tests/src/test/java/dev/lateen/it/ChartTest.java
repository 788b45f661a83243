package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Documents;
import dev.lateen.install.chart.Distribution;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The charts, read by a real Helm, make the objects that {@code meshctl} installs with the same values. */
class ChartTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private Path helm;

    @BeforeEach
    void write() throws IOException {
        helm = Peers.helm();
        for (Map.Entry<String, String> file : Distribution.charts().entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    private record Ended(int exit, String output) {}

    private Ended helm(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(helm.toString()));
        command.addAll(List.of(arguments));
        try (Running running = Running.start("helm", command, Map.of("HOME", directory.toString()))) {
            return new Ended(running.awaitExit(PATIENCE), running.output());
        }
    }

    /** Objects by kind and name, in a form in which what means the same is the same. */
    private static SortedMap<String, JsonNode> objects(String yaml) {
        SortedMap<String, JsonNode> objects = new TreeMap<>();
        for (JsonNode document : Documents.read("objects", yaml)) {
            ObjectNode object = (ObjectNode) document;
            ((ObjectNode) object.path("metadata").path("labels")).remove("app.kubernetes.io/managed-by");
            if (object.path("kind").asString().equals("ConfigMap")) {
                ObjectNode data = (ObjectNode) object.path("data");
                data.propertyNames()
                        .forEach(key -> data.set(
                                key, Documents.first(key, data.path(key).asString())));
            }
            objects.put(
                    object.path("kind").asString() + " "
                            + object.path("metadata").path("name").asString(),
                    bare(object));
        }
        return objects;
    }

    /** Without what says nothing. */
    private static JsonNode bare(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode bare = array.arrayNode();
            array.forEach(each -> bare.add(bare(each)));
            return bare;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode bare = object.objectNode();
        new TreeMap<>(Map.copyOf(fields(object))).forEach((key, value) -> {
            JsonNode inner = bare(value);
            boolean nothing = inner.isNull() || inner.isContainer() && inner.isEmpty();
            if (!nothing) {
                bare.set(key, inner);
            }
        });
        return bare;
    }

    private static Map<String, JsonNode> fields(ObjectNode object) {
        Map<String, JsonNode> fields = new TreeMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    private static String yaml(List<HasMetadata> objects) {
        return InstallManifest.yaml(objects);
    }

    static Stream<List<String>> controlPlanes() {
        return Stream.of(
                List.of(),
                List.of("revision=canary"),
                List.of("global.hub=registry.local/mesh", "global.tag=v7", "global.variant=debug"),
                List.of("pilot.image=registry.local/own/image:3", "global.imagePullPolicy=Always"),
                List.of("global.imagePullSecrets[0]=mine", "global.imagePullSecrets[1]=yours"),
                List.of("pilot.autoscaleEnabled=false", "pilot.replicaCount=3"),
                List.of("pilot.autoscaleMin=2", "pilot.autoscaleMax=9", "pilot.cpu.targetAverageUtilization=55"),
                List.of("global.defaultPodDisruptionBudget.enabled=false"),
                List.of("pilot.resources.requests.cpu=50m", "pilot.resources.limits.memory=1Gi"),
                List.of(
                        "pilot.env.PILOT_DEBOUNCE_AFTER=1s",
                        "pilot.podLabels.team=mesh",
                        "pilot.podLabels.app=cannot",
                        "pilot.podAnnotations.note=here",
                        "pilot.serviceAnnotations.note=there",
                        "pilot.nodeSelector.disk=fast"),
                List.of(
                        "pilot.tolerations[0].key=dedicated",
                        "pilot.tolerations[0].operator=Exists",
                        "pilot.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                                + ".nodeSelectorTerms[0].matchExpressions[0].key=disk",
                        "pilot.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                                + ".nodeSelectorTerms[0].matchExpressions[0].operator=Exists"),
                List.of(
                        "meshConfig.accessLogFile=/dev/stdout",
                        "meshConfig.defaultConfig.holdApplicationUntilProxyStarts=true",
                        "global.trustDomain=example.org",
                        "pilot.traceSampling=50"),
                List.of("global.multiCluster.clusterName=east", "global.network=n1", "global.meshID=m1"),
                List.of(
                        "global.proxy.autoInject=disabled",
                        "global.proxy.logLevel=info",
                        "global.proxy.image=own",
                        "pilot.cni.enabled=true"),
                List.of(
                        "sidecarInjectorWebhook.enableNamespacesByDefault=true",
                        "sidecarInjectorWebhook.reinvocationPolicy=IfNeeded",
                        "sidecarInjectorWebhook.rewriteAppHTTPProbe=false",
                        "sidecarInjectorWebhook.injectedAnnotations.note=mine"));
    }

    @ParameterizedTest
    @MethodSource("controlPlanes")
    void aControlPlaneIsWhatMeshctlInstalls(List<String> values) throws Exception {
        List<String> ours = values.stream()
                .map(value ->
                        value.startsWith("revision") || value.startsWith("meshConfig") ? value : "values." + value)
                .toList();
        InstallManifest manifest = InstallManifest.of(InstallValues.of("minimal", List.of(), ours));
        assertThat(manifest.withoutEffect()).isEmpty();
        List<HasMetadata> expected = new ArrayList<>(manifest.base());
        expected.removeIf(object -> object.getKind().equals("Namespace"));
        expected.addAll(manifest.controlPlane());
        assertSame("istiod", "istio-system", values, expected);
    }

    @Test
    void aControlPlaneMayBeElsewhere() throws Exception {
        InstallManifest manifest = InstallManifest.of(InstallValues.of(
                "minimal", List.of(), List.of("values.global.istioNamespace=mesh", "revision=canary")));
        List<HasMetadata> expected = new ArrayList<>(manifest.base());
        expected.removeIf(object -> object.getKind().equals("Namespace"));
        expected.addAll(manifest.controlPlane());
        assertSame("istiod", "mesh", List.of("revision=canary"), expected);
    }

    private void assertSame(String chart, String namespace, List<String> values, List<HasMetadata> expected)
            throws Exception {
        List<String> command = new ArrayList<>(
                List.of("template", "edge", directory.resolve(chart).toString(), "--namespace", namespace));
        values.forEach(value -> command.addAll(List.of("--set", value)));
        Ended made = helm(command.toArray(String[]::new));
        assertThat(made.exit()).as(made.output()).isZero();
        SortedMap<String, JsonNode> objects = objects(made.output());
        SortedMap<String, JsonNode> wanted = objects(yaml(expected));
        assertThat(objects.keySet()).isEqualTo(wanted.keySet());
        wanted.forEach((name, object) -> assertThat(objects.get(name)).as(name).isEqualTo(object));
    }

    /** What a chart's users call a value, and what an IstioOperator does. */
    private record Named(String chart, String ours) {
        static Named gateway(String chart, String ours) {
            return new Named(chart, "values.gateways.istio-ingressgateway." + ours);
        }
    }

    static Stream<List<Named>> gateways() {
        return Stream.of(
                List.of(),
                List.of(new Named("revision=canary", "revision=canary")),
                List.of(
                        Named.gateway("service.type=NodePort", "type=NodePort"),
                        Named.gateway("service.externalTrafficPolicy=Local", "externalTrafficPolicy=Local"),
                        Named.gateway("service.loadBalancerIP=10.1.2.3", "loadBalancerIP=10.1.2.3"),
                        Named.gateway("service.annotations.note=a", "serviceAnnotations.note=a"),
                        Named.gateway("service.ports[0].name=http", "ports[0].name=http"),
                        Named.gateway("service.ports[0].port=8080", "ports[0].port=8080")),
                List.of(
                        Named.gateway("autoscaling.enabled=false", "autoscaleEnabled=false"),
                        Named.gateway("replicaCount=2", "replicaCount=2")),
                List.of(
                        Named.gateway("autoscaling.minReplicas=2", "autoscaleMin=2"),
                        Named.gateway("autoscaling.maxReplicas=3", "autoscaleMax=3"),
                        Named.gateway(
                                "autoscaling.targetCPUUtilizationPercentage=60", "cpu.targetAverageUtilization=60")),
                List.of(
                        Named.gateway("labels.team=edge", "labels.team=edge"),
                        Named.gateway("podAnnotations.note=a", "podAnnotations.note=a"),
                        Named.gateway("nodeSelector.disk=fast", "nodeSelector.disk=fast"),
                        Named.gateway("tolerations[0].key=edge", "tolerations[0].key=edge"),
                        Named.gateway("resources.requests.cpu=1500m", "resources.requests.cpu=1500m"),
                        new Named("imagePullPolicy=Always", "values.global.imagePullPolicy=Always"),
                        new Named("imagePullSecrets[0]=mine", "values.global.imagePullSecrets[0]=mine")));
    }

    @ParameterizedTest
    @MethodSource("gateways")
    void aGatewayIsWhatMeshctlInstalls(List<Named> values) throws Exception {
        List<String> ours = new ArrayList<>(List.of(
                "components.ingressGateways[0].name=edge",
                "components.ingressGateways[0].enabled=true",
                "components.ingressGateways[0].namespace=front",
                "components.ingressGateways[0].label.istio=edge"));
        values.forEach(value -> ours.add(value.ours()));
        InstallManifest manifest = InstallManifest.of(InstallValues.of("empty", List.of(), ours));
        assertThat(manifest.withoutEffect()).isEmpty();
        assertSame("gateway", "front", values.stream().map(Named::chart).toList(), manifest.gateways());
    }

    @Test
    void definitionsAreThoseOfTheModel() throws Exception {
        InstallManifest manifest = InstallManifest.of(InstallValues.of("default", List.of(), List.of()));
        assertSame("base", "istio-system", List.of(), manifest.definitions());
        assertThat(helm(
                                "template",
                                "base",
                                directory.resolve("base").toString(),
                                "--set",
                                "base.enableCRDTemplates=false")
                        .output())
                .doesNotContain("CustomResourceDefinition");
    }

    @Test
    void aValueThatNobodyFollowsIsRefusedByItsName() throws Exception {
        for (String[] bad : new String[][] {
            {"istiod", "pilot.unheardOf=1", "unheardOf"},
            {"istiod", "global.proxy.unheardOf=1", "unheardOf"},
            {"istiod", "pilot.replicaCount=many", "replicaCount"},
            {"gateway", "service.unheardOf=1", "unheardOf"},
            {"base", "unheardOf=1", "unheardOf"}
        }) {
            Ended refused = helm("template", "edge", directory.resolve(bad[0]).toString(), "--set", bad[1]);
            assertThat(refused.exit()).as(Arrays.toString(bad)).isNotZero();
            assertThat(refused.output()).contains(bad[2]);
        }
    }

    @Test
    void helmInstallsUpgradesAndUninstallsIt() throws Exception {
        KubeCluster cluster = KubeCluster.shared();
        String chart = directory.resolve("istiod").toString();
        String kubeconfig = cluster.kubeconfig().toString();
        String[] where = {"--kubeconfig", kubeconfig, "--namespace", "by-helm"};
        try {
            Ended installed =
                    helm(with(where, "install", "mesh", chart, "--create-namespace", "--set", "revision=helm"));
            assertThat(installed.exit()).as(installed.output()).isZero();
            assertThat(cluster.client()
                            .apps()
                            .deployments()
                            .inNamespace("by-helm")
                            .withName("istiod-helm")
                            .get())
                    .isNotNull();
            Ended upgraded = helm(with(
                    where,
                    "upgrade",
                    "mesh",
                    chart,
                    "--set",
                    "revision=helm",
                    "--set",
                    "pilot.autoscaleEnabled=false",
                    "--set",
                    "pilot.replicaCount=0"));
            assertThat(upgraded.exit()).as(upgraded.output()).isZero();
            assertThat(cluster.client()
                            .apps()
                            .deployments()
                            .inNamespace("by-helm")
                            .withName("istiod-helm")
                            .get()
                            .getSpec()
                            .getReplicas())
                    .isZero();
        } finally {
            Ended gone = helm(with(where, "uninstall", "mesh"));
            assertThat(gone.exit()).as(gone.output()).isZero();
        }
        assertThat(cluster.client()
                        .apps()
                        .deployments()
                        .inNamespace("by-helm")
                        .list()
                        .getItems())
                .isEmpty();
    }

    private static String[] with(String[] where, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(where));
        return all.toArray(String[]::new);
    }
}
