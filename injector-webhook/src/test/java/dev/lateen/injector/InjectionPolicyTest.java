package dev.lateen.injector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.injector.InjectionDecision.Reason;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pods get a sidecar, and what decides it. */
class InjectionPolicyTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "on", "True", "random"})
    void whatIsNeitherTrueNorFalseSaysNothing(String value) {
        InjectionPolicy off = new InjectionPolicy(false, List.of(), List.of());
        assertThat(decide(off, Map.of("sidecar.istio.io/inject", value), "shop", Map.of()))
                .satisfies(decision -> assertThat(decision.inject()).isFalse())
                .satisfies(decision -> assertThat(decision.reason()).isEqualTo(Reason.POLICY))
                .satisfies(decision -> assertThat(decision.detail()).contains(value));
    }

    @Test
    void theLabelSpeaksAloneWhereThereIsAnAnnotationToo() {
        InjectionPolicy off = new InjectionPolicy(false, List.of(), List.of());
        var both = new InjectionPolicy.Candidate(
                Map.of("sidecar.istio.io/inject", "true"),
                Map.of("sidecar.istio.io/inject", "false"),
                false,
                "shop",
                Map.of());
        assertThat(off.decide(both).inject()).isTrue();
    }

    @Test
    void whoOnlyAsksHearsThatAnInjectedPodHasASidecar() {
        InjectionDecision decision = InjectionPolicy.enabled()
                .decide(
                        new ObjectMetaBuilder()
                                .addToAnnotations("sidecar.istio.io/status", "{}")
                                .build(),
                        new PodSpecBuilder().build(),
                        "shop",
                        Map.of());
        assertThat(decision)
                .isEqualTo(new InjectionDecision(false, Reason.ALREADY_INJECTED, "annotation sidecar.istio.io/status"));
    }

    @Test
    void aPodOnItsNodesNetworkIsLeftAlone() {
        var pod = new InjectionPolicy.Candidate(Map.of(), Map.of(), true, "shop", Map.of());
        assertThat(InjectionPolicy.enabled().decide(pod).reason()).isEqualTo(Reason.HOST_NETWORK);
    }
}
