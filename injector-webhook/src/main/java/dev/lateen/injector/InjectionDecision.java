package dev.lateen.injector;

/**
 * Whether a pod gets a sidecar, and what decided it.
 *
 * @param inject whether it does
 * @param reason what decided
 * @param detail the deciding value, such as {@code sidecar.istio.io/inject: "false"}, for messages
 */
public record InjectionDecision(boolean inject, Reason reason, String detail) {
    /** What may decide, in order of precedence (istio/istio pkg/kube/inject, the order label, annotation, never, always, policy). */
    public enum Reason {
        /** The pod shares its node's network, which a sidecar must not capture. */
        HOST_NETWORK,
        /** The namespace belongs to Kubernetes itself. */
        SYSTEM_NAMESPACE,
        /** The pod has a sidecar already. */
        ALREADY_INJECTED,
        /** The pod's label {@code sidecar.istio.io/inject} says so. */
        POD_LABEL,
        /** The pod's annotation of that name says so (deprecated by Istio, still read). */
        POD_ANNOTATION,
        /** A {@code neverInjectSelector} matches. */
        NEVER_SELECTOR,
        /** An {@code alwaysInjectSelector} matches. */
        ALWAYS_SELECTOR,
        /** The namespace's label {@code istio-injection} or {@code istio.io/rev}, or the policy's default where there is none. */
        POLICY
    }
}
