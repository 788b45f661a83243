package dev.lateen.injector;

import dev.lateen.injector.InjectionDecision.Reason;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides on injection; pure.
 *
 * @param enabledByDefault what becomes of a pod that nothing else speaks of
 * @param neverInject selectors of pods that never get one
 * @param alwaysInject selectors of pods that always get one
 */
public record InjectionPolicy(
        boolean enabledByDefault, List<LabelSelector> neverInject, List<LabelSelector> alwaysInject) {
    /** The label and annotation that speak for one pod. */
    static final String INJECT = "sidecar.istio.io/inject";

    static final String STATUS = "sidecar.istio.io/status";

    private static final Set<String> SYSTEM_NAMESPACES =
            Set.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage");

    public InjectionPolicy {
        neverInject = List.copyOf(neverInject);
        alwaysInject = List.copyOf(alwaysInject);
    }

    /** Istio's defaults for a webhook call: the webhook's own selectors have already let the pod through. */
    public static InjectionPolicy enabled() {
        return new InjectionPolicy(true, List.of(), List.of());
    }

    /**
     * Whether a pod gets a sidecar that has none yet.
     *
     * @param metadata the pod's (or template's) own
     * @param namespaceLabels labels of its namespace, empty when unknown
     */
    public InjectionDecision decide(
            ObjectMeta metadata, PodSpec spec, String namespace, Map<String, String> namespaceLabels) {
        Map<String, String> annotations = orEmpty(metadata.getAnnotations());
        InjectionDecision decision = decide(new Candidate(
                orEmpty(metadata.getLabels()),
                annotations,
                Boolean.TRUE.equals(spec.getHostNetwork()),
                namespace,
                namespaceLabels));
        return decision.inject() && annotations.containsKey(STATUS)
                ? new InjectionDecision(false, Reason.ALREADY_INJECTED, "annotation " + STATUS)
                : decision;
    }

    /**
     * A pod of which is decided.
     *
     * @param labels its own
     * @param annotations its own
     * @param hostNetwork whether it shares its node's network
     * @param namespace where it runs
     * @param namespaceLabels labels of its namespace, empty when unknown
     */
    record Candidate(
            Map<String, String> labels,
            Map<String, String> annotations,
            boolean hostNetwork,
            String namespace,
            Map<String, String> namespaceLabels) {}

    /** Whether a pod is injected, a second time as well as the first. */
    InjectionDecision decide(Candidate pod) {
        if (pod.hostNetwork) {
            return new InjectionDecision(false, Reason.HOST_NETWORK, "spec.hostNetwork: true");
        }
        if (SYSTEM_NAMESPACES.contains(pod.namespace)) {
            return new InjectionDecision(false, Reason.SYSTEM_NAMESPACE, "namespace: " + pod.namespace);
        }
        // The label alone speaks where there are both.
        boolean labelled = pod.labels.containsKey(INJECT);
        String asked = (labelled ? pod.labels : pod.annotations).getOrDefault(INJECT, "");
        return switch (asked) {
            case "true", "false" ->
                new InjectionDecision(
                        asked.equals("true"),
                        labelled ? Reason.POD_LABEL : Reason.POD_ANNOTATION,
                        INJECT + ": \"" + asked + "\"");
            case "" -> bySelectorsOrPolicy(pod.labels, pod.namespaceLabels);
            default -> {
                InjectionDecision decision = bySelectorsOrPolicy(pod.labels, pod.namespaceLabels);
                yield new InjectionDecision(
                        decision.inject(),
                        decision.reason(),
                        decision.detail() + ", for " + INJECT + ": " + asked
                                + " says nothing (expected: true or false)");
            }
        };
    }

    private InjectionDecision bySelectorsOrPolicy(Map<String, String> labels, Map<String, String> namespaceLabels) {
        for (LabelSelector selector : neverInject) {
            if (matches(selector, labels)) {
                return new InjectionDecision(false, Reason.NEVER_SELECTOR, "neverInjectSelector");
            }
        }
        for (LabelSelector selector : alwaysInject) {
            if (matches(selector, labels)) {
                return new InjectionDecision(true, Reason.ALWAYS_SELECTOR, "alwaysInjectSelector");
            }
        }
        String namespaceLabel = namespaceLabels.get("istio-injection");
        if (namespaceLabel != null) {
            return new InjectionDecision(
                    namespaceLabel.equals("enabled"),
                    Reason.POLICY,
                    "namespace label istio-injection: " + namespaceLabel);
        }
        if (namespaceLabels.containsKey("istio.io/rev")) {
            return new InjectionDecision(
                    true, Reason.POLICY, "namespace label istio.io/rev: " + namespaceLabels.get("istio.io/rev"));
        }
        return new InjectionDecision(
                enabledByDefault, Reason.POLICY, "policy: " + (enabledByDefault ? "enabled" : "disabled"));
    }

    /** An empty selector matches nothing here, as in Istio. */
    private static boolean matches(LabelSelector selector, Map<String, String> labels) {
        Map<String, String> exact = orEmpty(selector.getMatchLabels());
        List<LabelSelectorRequirement> requirements =
                selector.getMatchExpressions() == null ? List.of() : selector.getMatchExpressions();
        if (exact.isEmpty() && requirements.isEmpty()) {
            return false;
        }
        return labels.entrySet().containsAll(exact.entrySet())
                && requirements.stream().allMatch(requirement -> holds(requirement, labels));
    }

    private static boolean holds(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        List<String> values = requirement.getValues() == null ? List.of() : requirement.getValues();
        return switch (requirement.getOperator()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
