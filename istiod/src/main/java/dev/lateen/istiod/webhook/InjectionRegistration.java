package dev.lateen.istiod.webhook;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the API server by whose root the certificate of the injector is checked, in every registration of a revision. Until then no pod of the mesh can be made, for the
 * injector's word is binding from the first; afterwards roots change seldom. Several istiods may do the same beside each other. Methods block.
 */
public final class InjectionRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(InjectionRegistration.class);
    private static final int CONFLICT = 409;
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final Map<String, String> labels;
    private final Supplier<String> rootPem;
    private String told = "";

    /**
     * The registrations of a revision.
     *
     * @param labels that they have, as Istio labels its own: {@code app: sidecar-injector} and {@code istio.io/rev}
     * @param rootPem the root of the injector's certificate as it is now
     */
    public InjectionRegistration(KubernetesClient client, Map<String, String> labels, Supplier<String> rootPem) {
        this.client = client;
        this.labels = Map.copyOf(labels);
        this.rootPem = rootPem;
    }

    /**
     * Looks once and writes what differs.
     *
     * @return whether there is a registration
     * @throws KubernetesClientException if the API server can't be asked, or refuses
     */
    public boolean update() {
        String root = Base64.getEncoder().encodeToString(rootPem.get().getBytes(StandardCharsets.UTF_8));
        List<MutatingWebhookConfiguration> found = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withLabels(labels)
                .list()
                .getItems();
        for (MutatingWebhookConfiguration registration : found) {
            boolean known = registration.getWebhooks().stream()
                    .allMatch(webhook -> root.equals(webhook.getClientConfig().getCaBundle()));
            if (!known) {
                // With the resourceVersion that was read, so that it is refused if somebody else was faster.
                client.resource(with(registration, root)).update();
            }
        }
        return !found.isEmpty();
    }

    private static MutatingWebhookConfiguration with(MutatingWebhookConfiguration found, String root) {
        List<MutatingWebhook> webhooks = new ArrayList<>();
        for (MutatingWebhook webhook : found.getWebhooks()) {
            webhooks.add(webhook.edit()
                    .editClientConfig()
                    .withCaBundle(root)
                    .endClientConfig()
                    .build());
        }
        return new MutatingWebhookConfigurationBuilder(found)
                .withWebhooks(webhooks)
                .build();
    }

    /** Keeps the registrations right until the thread is interrupted. */
    public void follow() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(look() ? NOW_AND_THEN : SOON);
            }
        } catch (InterruptedException e) {
            LOG.debug("the injector's registration is no longer followed");
        }
    }

    private boolean look() {
        try {
            boolean there = update();
            tell(
                    there
                            ? "the injector is registered"
                            : "the injector is not registered: pods are made without sidecars");
            return there;
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                tell("the injector can't be registered: " + e.getMessage());
            }
            return false;
        }
    }

    /** Says a thing once, until there is another. */
    private void tell(String words) {
        if (!words.equals(told)) {
            told = words;
            LOG.info("{}", words);
        }
    }
}
