package dev.lateen.injector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.InjectionDecision.Reason;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InjectionTest {
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();
    private static final Injection INJECTION = new Injection(InjectionPolicy.enabled(), SidecarSettings.defaults());

    private static InjectionDecision decide(
            InjectionPolicy policy, Map<String, String> labels, String namespace, Map<String, String> namespaceLabels) {
        return policy.decide(
                new ObjectMetaBuilder().withLabels(labels).build(),
                new PodSpecBuilder()
                        .addNewContainer()
                        .withName("a")
                        .endContainer()
                        .build(),
                namespace,
                namespaceLabels);
    }

    @Shows({"label.sidecar.istio.io/inject", "annotation.sidecar.istio.io/inject", "label.istio.io/rev"})
    @Test
    void thePodsLabelBeatsTheNamespace() {
        InjectionDecision decision = decide(
                InjectionPolicy.enabled(),
                Map.of("sidecar.istio.io/inject", "false"),
                "shop",
                Map.of("istio-injection", "enabled"));
        assertThat(decision)
                .isEqualTo(new InjectionDecision(false, Reason.POD_LABEL, "sidecar.istio.io/inject: \"false\""));
    }

    @Test
    void namespacesOfKubernetesAreLeftAlone() {
        assertThat(decide(InjectionPolicy.enabled(), Map.of("sidecar.istio.io/inject", "true"), "kube-system", Map.of())
                        .reason())
                .isEqualTo(Reason.SYSTEM_NAMESPACE);
    }

    @Test
    void selectorsComeBeforeThePolicy() {
        InjectionPolicy policy = new InjectionPolicy(
                false,
                List.of(new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey("job")
                        .withOperator("Exists")
                        .endMatchExpression()
                        .build()),
                List.of(new LabelSelectorBuilder()
                        .addToMatchLabels("mesh", "yes")
                        .build()));
        assertThat(decide(policy, Map.of("job", "x", "mesh", "yes"), "shop", Map.of())
                        .reason())
                .isEqualTo(Reason.NEVER_SELECTOR);
        assertThat(decide(policy, Map.of("mesh", "yes"), "shop", Map.of()).inject())
                .isTrue();
        assertThat(decide(policy, Map.of(), "shop", Map.of()).inject()).isFalse();
        assertThat(decide(policy, Map.of(), "shop", Map.of("istio-injection", "enabled"))
                        .inject())
                .isTrue();
    }

    @Test
    void anInjectedPodIsNotInjectedAgain() {
        Deployment deployment = deployment("sidecar-once");
        assertThat(INJECTION.apply(deployment, "default", Map.of()))
                .extracting(InjectionDecision::inject)
                .isEqualTo(true);
        assertThat(INJECTION.apply(deployment, "default", Map.of()))
                .extracting(InjectionDecision::reason)
                .isEqualTo(Reason.ALREADY_INJECTED);
    }

    private static Deployment deployment(String name) {
        return KUBERNETES.unmarshal("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %s}
            spec:
              selector: {matchLabels: {app: a}}
              template:
                metadata: {labels: {app: a}}
                spec: {containers: [{name: a, image: a, ports: [{containerPort: 80}]}]}
            """.formatted(name), Deployment.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "multi-container",
                "traffic-annotations-wildcards",
                "resource_annotations",
                "statefulset",
                "daemonset",
                "replicaset",
                "job",
                "hello-ignore",
                "hello-host-network"
            })
    void workloadsGetWhatIstioGivesThem(String name) throws IOException {
        Path folder = Path.of(System.getProperty("lateen.shared"), "istio", "inject");
        Assumptions.assumeTrue(Files.isDirectory(folder), "shared data is not beside the checkout");
        HasMetadata ours = KUBERNETES.unmarshal(Files.readString(folder.resolve(name + ".yaml")));
        HasMetadata istios = KUBERNETES.unmarshal(
                Files.readString(folder.resolve(name + ".yaml.injected")).replaceAll("(?m)^---\\s*$", ""));
        INJECTION.apply(ours, "default", Map.of());
        PodSpec spec = spec(ours);
        PodSpec expected = spec(istios);
        assertThat(names(spec.getInitContainers())).isEqualTo(names(expected.getInitContainers()));
        assertThat(names(spec.getContainers())).isEqualTo(names(expected.getContainers()));
        assertThat(spec.getVolumes())
                .extracting(Volume::getName)
                .containsExactlyElementsOf(
                        expected.getVolumes().stream().map(Volume::getName).toList());
        for (int i = 0; i < spec.getInitContainers().size(); i++) {
            same(spec.getInitContainers().get(i), expected.getInitContainers().get(i));
        }
        assertThat(labels(ours)).isEqualTo(labels(istios));
    }

    private static Container proxyOf(StartSource starts, String annotations) {
        HasMetadata deployment = KUBERNETES.unmarshal("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata: {labels: {app: web}, annotations: {%s}}
                spec: {containers: [{name: c, image: x}]}
            """.formatted(annotations));
        new Injection(InjectionPolicy.enabled(), SidecarSettings.defaults(), starts)
                .apply(deployment, "default", Map.of());
        return spec(deployment).getInitContainers().stream()
                .filter(container -> container.getName().equals("istio-proxy"))
                .findFirst()
                .orElseThrow();
    }

    private static String variable(Container container, String name) {
        return container.getEnv().stream()
                .filter(env -> env.getName().equals(name))
                .map(EnvVar::getValue)
                .reduce((first, last) -> last)
                .orElse("");
    }

    @Test
    void theProxyStartsWithWhatTheMeshSaysAndThePodBeforeIt() {
        StartSource mesh = pod -> StartSettings.parse(
                        "mesh",
                        "{drainDuration: 9s, concurrency: 2, meshId: " + pod.namespace()
                                + pod.labels().get("app") + "}")
                .with(pod.own());
        Container proxy = proxyOf(
                mesh,
                "proxy.istio.io/config: \"concurrency: 3\\ninterceptionMode: TPROXY\\nproxyMetadata: {B: x, A: w}\"");
        assertThat(StartSettings.parse("env", variable(proxy, "PROXY_CONFIG")).given())
                .isEqualTo(Map.of(
                        "drainDuration", "9s",
                        "concurrency", 3,
                        "meshId", "shopweb",
                        "interceptionMode", "TPROXY",
                        "proxyMetadata", Map.of("A", "w", "B", "x")));
        assertThat(variable(proxy, "ISTIO_META_INTERCEPTION_MODE")).isEqualTo("TPROXY");
        assertThat(variable(proxy, "A")).isEqualTo("w");
        assertThat(variable(proxy, "B")).isEqualTo("x");
        // The application starts when the proxy is ready: what holdApplicationUntilProxyStarts asks for.
        assertThat(proxy.getRestartPolicy()).isEqualTo("Always");
        assertThat(proxy.getStartupProbe()).isNotNull();
        assertThat(variable(proxyOf(StartSource.POD, ""), "PROXY_CONFIG")).isEqualTo("{}\n");
    }

    private static void same(Container ours, Container istios) {
        assertThat(ours.getArgs()).isEqualTo(istios.getArgs());
        assertThat(ours.getResources()).isEqualTo(istios.getResources());
        assertThat(ours.getSecurityContext()).isEqualTo(istios.getSecurityContext());
        assertThat(ours.getVolumeMounts()).isEqualTo(istios.getVolumeMounts());
        assertThat(ours.getReadinessProbe()).isEqualTo(istios.getReadinessProbe());
        assertThat(ours.getRestartPolicy()).isEqualTo(istios.getRestartPolicy());
        // Go's own settings mean nothing to a JVM; probers come with the probe rewrite, which is not there yet.
        List<EnvVar> theirs = istios.getEnv().stream()
                .filter(env -> !List.of("GOMEMLIMIT", "GOMAXPROCS", "ISTIO_KUBE_APP_PROBERS")
                        .contains(env.getName()))
                .toList();
        assertThat(ours.getEnv())
                .extracting(EnvVar::getName)
                .containsExactlyElementsOf(theirs.stream().map(EnvVar::getName).toList());
        assertThat(ours.getEnv())
                .filteredOn(env -> env.getName().startsWith("ISTIO_META_"))
                .isEqualTo(theirs.stream()
                        .filter(env -> env.getName().startsWith("ISTIO_META_"))
                        .toList());
    }

    private static PodSpec spec(HasMetadata object) {
        return KUBERNETES.convertValue(template(object).get("spec"), PodSpec.class);
    }

    private static @Nullable Object labels(HasMetadata object) {
        return map(template(object), "metadata").get("labels");
    }

    private static Map<?, ?> template(HasMetadata object) {
        return map(map(KUBERNETES.convertValue(object, Map.class), "spec"), "template");
    }

    private static Map<?, ?> map(Map<?, ?> tree, String key) {
        return (Map<?, ?>) requireNonNull(tree.get(key), key);
    }

    private static List<String> names(List<Container> containers) {
        return containers.stream().map(Container::getName).toList();
    }

    @Test
    void aReviewIsAnsweredWithAPatchThatGivesTheSidecar() {
        JsonMapper json = JsonMapper.builder().build();
        String pod = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a-7f-x","labels":{"app":"a","pod-template-hash":"7f"},
             "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"a-7f","uid":"1","controller":true}]},
             "spec":{"containers":[{"name":"a","image":"a"}]}}\
            """;
        String review =
                "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u-1\",\"namespace\":\"shop\",\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"object\":"
                        + pod + "}}";
        JsonNode response =
                json.readTree(new AdmissionReviews(INJECTION).answer(review)).path("response");
        assertThat(response.path("uid").asString()).isEqualTo("u-1");
        assertThat(response.path("allowed").asBoolean()).isTrue();
        JsonNode patch = json.readTree(
                new String(Base64.getDecoder().decode(response.path("patch").asString()), StandardCharsets.UTF_8));
        JsonNode patched = JsonPatch.apply(patch, json.readTree(pod));
        assertThat(patched.path("spec")
                        .path("initContainers")
                        .get(1)
                        .path("name")
                        .asString())
                .isEqualTo("istio-proxy");
        assertThat(patched.toString()).contains("kubernetes://apis/apps/v1/namespaces/shop/deployments/a");
    }

    @Test
    void whatIsNoReviewIsRefusedWithAReason() {
        AdmissionReviews reviews = new AdmissionReviews(INJECTION);
        assertThatThrownBy(() -> reviews.answer("{")).hasMessageContaining("expected: an AdmissionReview");
        assertThatThrownBy(() -> reviews.answer("{}")).hasMessageContaining("request.uid");
        assertThat(reviews.answer("{\"request\":{\"uid\":\"1\",\"kind\":{\"kind\":\"Pod\"},\"object\":{\"spec\":{}}}}"))
                .contains("\"allowed\":false")
                .contains("spec.containers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"containers\":\"x\"}}",
                "{\"spec\":{\"containers\":[null]}}",
                "{\"spec\":{\"containers\":[5]}}",
                "{\"metadata\":5,\"spec\":{\"containers\":[{\"name\":\"a\"}]}}",
                "{\"metadata\":{\"labels\":{\"a\":{}}},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}",
                "{\"kind\":\"Service\",\"spec\":7}"
            })
    void aPodThatIsNoneIsNotAllowedAndToldWhy(String object) {
        String review = "{\"request\":{\"uid\":\"1\",\"kind\":{\"kind\":\"Pod\"},\"object\":" + object + "}}";
        assertThat(new AdmissionReviews(INJECTION).answer(review))
                .contains("\"uid\":\"1\"")
                .contains("\"allowed\":false")
                .contains("request.object: ");
    }

    @Test
    void endlessNestingIsRefused() {
        assertThatThrownBy(() -> new AdmissionReviews(INJECTION).answer("[".repeat(100_000)))
                .hasMessageContaining("expected: an AdmissionReview");
    }
}
