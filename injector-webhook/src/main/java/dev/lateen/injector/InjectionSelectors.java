package dev.lateen.injector;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pods an API server sends to the webhook: the selectors of a MutatingWebhookConfiguration, as Istio's has them, so that {@code istio-injection}, {@code istio.io/rev} and
 * {@code sidecar.istio.io/inject} mean what they mean there. Pure.
 */
public final class InjectionSelectors {
    private static final String NAMESPACE = "istio-injection";
    private static final String REVISION = "istio.io/rev";
    private static final String POD = InjectionPolicy.INJECT;

    private InjectionSelectors() {}

    /**
     * One webhook of a configuration.
     *
     * @param name without domain, such as {@code rev.namespace}
     * @param namespaces of pods
     * @param pods themselves
     */
    public record Webhook(String name, LabelSelector namespaces, LabelSelector pods) {}

    /**
     * The webhooks of one revision, or of a tag that stands for it.
     *
     * @param revision its name, {@code default} for the default revision
     * @param isDefault whether it takes what names no revision
     * @param everywhere whether namespaces without any label are injected
     */
    public static List<Webhook> of(String revision, boolean isDefault, boolean everywhere) {
        List<Webhook> webhooks = new ArrayList<>(List.of(
                new Webhook("rev.namespace", all(in(REVISION, revision), none(NAMESPACE)), all(notIn(POD, "false"))),
                new Webhook(
                        "rev.object",
                        all(none(REVISION), none(NAMESPACE)),
                        all(notIn(POD, "false"), in(REVISION, revision)))));
        if (isDefault) {
            webhooks.add(new Webhook("namespace", all(in(NAMESPACE, "enabled")), all(notIn(POD, "false"))));
            webhooks.add(
                    new Webhook("object", all(none(NAMESPACE), none(REVISION)), all(in(POD, "true"), none(REVISION))));
        }
        if (isDefault && everywhere) {
            webhooks.add(new Webhook(
                    "auto", all(none(NAMESPACE), none(REVISION), system()), all(none(POD), none(REVISION))));
        }
        return webhooks;
    }

    /** What is asked of one label. */
    private record Condition(String label, String operator, List<String> values) {}

    private static Condition in(String label, String value) {
        return new Condition(label, "In", List.of(value));
    }

    private static Condition notIn(String label, String value) {
        return new Condition(label, "NotIn", List.of(value));
    }

    private static Condition none(String label) {
        return new Condition(label, "DoesNotExist", List.of());
    }

    /** A pod of Kubernetes' own must start whether the webhook is there or not. */
    private static Condition system() {
        return new Condition(
                "kubernetes.io/metadata.name",
                "NotIn",
                List.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage"));
    }

    private static LabelSelector all(Condition... conditions) {
        var selector = new LabelSelectorBuilder();
        for (Condition condition : conditions) {
            selector.addNewMatchExpression()
                    .withKey(condition.label)
                    .withOperator(condition.operator)
                    .withValues(condition.values)
                    .endMatchExpression();
        }
        return selector.build();
    }
}
