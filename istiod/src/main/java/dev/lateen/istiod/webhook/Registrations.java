package dev.lateen.istiod.webhook;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import java.util.List;

/** What {@link ValidationRegistration} needs of an API server. Methods block and throw fabric8's {@code KubernetesClientException}. */
interface Registrations {
    /** All that is registered: a revision's own, and what a tag {@code default} adds if it stands for that revision. */
    List<ValidatingWebhookConfiguration> read();

    /** Writes it back; refused (409) if somebody has written it since it was read. */
    void write(ValidatingWebhookConfiguration changed);

    /** Whether the API server asks the webhook and hears it: it is asked to take, for show, an object that the webhook alone refuses. */
    boolean isHeard();
}
