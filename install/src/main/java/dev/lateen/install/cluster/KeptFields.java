package dev.lateen.install.cluster;

import dev.lateen.install.manifest.DefaultInjection;
import dev.lateen.install.manifest.RevisionTag;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import java.util.HashMap;
import java.util.Map;

/**
 * What an installation leaves as it is in a cluster, because it has become so there: a validation that istiod has made binding stays binding, and an injector that a tag
 * stands in for stays inactive. Blocks.
 */
record KeptFields(ApiObjects objects) {
    /** An object with what is kept of the one of that name; the same where nothing is. */
    HasMetadata in(HasMetadata wanted) {
        return switch (wanted) {
            case ValidatingWebhookConfiguration validator ->
                objects.find(wanted) instanceof ValidatingWebhookConfiguration there
                        ? binding(validator, there)
                        : wanted;
            case MutatingWebhookConfiguration injector
            when isReplaced(injector) -> DefaultInjection.deactivated(injector);
            default -> wanted;
        };
    }

    private static HasMetadata binding(ValidatingWebhookConfiguration wanted, ValidatingWebhookConfiguration there) {
        Map<String, String> policies = new HashMap<>();
        for (ValidatingWebhook webhook : there.getWebhooks()) {
            if (webhook.getFailurePolicy() != null) {
                policies.put(webhook.getName(), webhook.getFailurePolicy());
            }
        }
        return new ValidatingWebhookConfigurationBuilder(wanted)
                .withWebhooks(wanted.getWebhooks().stream()
                        .map(webhook -> webhook.edit()
                                .withFailurePolicy(policies.getOrDefault(webhook.getName(), webhook.getFailurePolicy()))
                                .build())
                        .toList())
                .build();
    }

    /** Whether it is the default revision's own, and a tag says who does its work. */
    private boolean isReplaced(MutatingWebhookConfiguration injector) {
        Map<String, String> labels = injector.getMetadata().getLabels();
        return RevisionTag.DEFAULT.equals(labels.get("istio.io/rev"))
                && !labels.containsKey(RevisionTag.LABEL)
                && objects.labelled(MutatingWebhookConfiguration.class, RevisionTag.LABEL, RevisionTag.DEFAULT).stream()
                        .anyMatch(Owned::isOurs);
    }
}
