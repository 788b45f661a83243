package dev.lateen.install.manifest;

import dev.lateen.injector.InjectionSelectors;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The injector of the default revision, beside a tag {@code default}: only one of both may take what names no revision, and that is the tag. Until the tag goes away the
 * revision's own registration stays and takes nothing, as Istio has it. Pure.
 */
public final class DefaultInjection {
    /** No object has this label: a selector that asks for it takes none. */
    private static final LabelSelector NONE = new LabelSelectorBuilder()
            .withMatchLabels(Map.of("istio.io/deactivated", "never-match"))
            .build();

    private DefaultInjection() {}

    /** The same registration, taking nothing. */
    public static MutatingWebhookConfiguration deactivated(MutatingWebhookConfiguration injector) {
        return each(
                injector,
                webhook -> webhook.edit()
                        .withNamespaceSelector(NONE)
                        .withObjectSelector(NONE)
                        .build());
    }

    /** The same registration, taking what it took at first. */
    public static MutatingWebhookConfiguration activated(MutatingWebhookConfiguration injector) {
        Map<String, InjectionSelectors.Webhook> rules = new HashMap<>();
        InjectionSelectors.of(Installation.DEFAULT_REVISION, true, true)
                .forEach(rule -> rules.put(rule.name() + Webhooks.INJECTOR_DOMAIN, rule));
        return each(injector, webhook -> {
            InjectionSelectors.Webhook rule = rules.get(webhook.getName());
            return rule == null
                    ? webhook
                    : webhook.edit()
                            .withNamespaceSelector(rule.namespaces())
                            .withObjectSelector(rule.pods())
                            .build();
        });
    }

    /** Whether it takes nothing. */
    public static boolean isDeactivated(MutatingWebhookConfiguration injector) {
        return injector.getWebhooks().stream().allMatch(webhook -> NONE.equals(webhook.getNamespaceSelector()));
    }

    /** As it would be applied: without what the API server and istiod add. */
    private static MutatingWebhookConfiguration each(
            MutatingWebhookConfiguration injector, UnaryOperator<MutatingWebhook> change) {
        List<MutatingWebhook> webhooks = injector.getWebhooks().stream()
                .map(webhook -> change.apply(webhook)
                        .edit()
                        .editClientConfig()
                        .withCaBundle(null)
                        .endClientConfig()
                        .build())
                .toList();
        return new MutatingWebhookConfigurationBuilder(injector)
                .withMetadata(new ObjectMetaBuilder()
                        .withName(injector.getMetadata().getName())
                        .withLabels(injector.getMetadata().getLabels())
                        .build())
                .withWebhooks(webhooks)
                .build();
    }
}
