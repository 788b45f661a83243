package dev.lateen.istiod.webhook;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
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
 * Tells the API server of the webhook: by whose root its certificate is checked and, once the API server really reaches it, that its word is binding ({@code failurePolicy: Fail}). Installed it is with
 * {@code Ignore}, so that an istiod that is starting, or can't be reached, holds nobody up; what is binding stays so, as in Istio. Several istiods may do the same beside each other. Methods block.
 */
public final class ValidationRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(ValidationRegistration.class);
    private static final String BINDING = "Fail";
    private static final int CONFLICT = 409;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);

    private final Registrations registrations;
    private final Supplier<String> rootPem;
    private String told = "";

    /** How far it is. */
    public enum State {
        /** There is no registration in the cluster. */
        ABSENT,
        /** The API server doesn't reach the webhook yet. */
        NOT_HEARD,
        /** The webhook is asked, and without it nothing of Istio's kinds is taken. */
        BINDING
    }

    /** Waits between two looks. */
    interface Rest {
        /** Waits that long. */
        void of(Duration time) throws InterruptedException;
    }

    /**
     * The registration of a cluster.
     *
     * @param name of the ValidatingWebhookConfiguration
     * @param namespace in which the API server is asked to take a bad Gateway for show ({@code dryRun}), to see whether the webhook is heard
     * @param labels of that Gateway, for the webhook's object selector
     * @param rootPem the root of the webhook's certificate as it is now
     */
    public ValidationRegistration(
            KubernetesClient client,
            String name,
            String namespace,
            Map<String, String> labels,
            Supplier<String> rootPem) {
        this(new ClusterRegistrations(client, name, namespace, labels), rootPem);
    }

    ValidationRegistration(Registrations registrations, Supplier<String> rootPem) {
        this.registrations = registrations;
        this.rootPem = rootPem;
    }

    /**
     * Looks once and writes what differs.
     *
     * @throws KubernetesClientException if the API server can't be asked, or refuses
     */
    public State update() {
        List<ValidatingWebhookConfiguration> found = registrations.read();
        if (found.isEmpty()) {
            return State.ABSENT;
        }
        String root = Base64.getEncoder().encodeToString(rootPem.get().getBytes(StandardCharsets.UTF_8));
        List<ValidatingWebhookConfiguration> unknown = found.stream()
                .filter(each -> !each.getWebhooks().stream()
                        .allMatch(
                                webhook -> root.equals(webhook.getClientConfig().getCaBundle())))
                .toList();
        if (!unknown.isEmpty()) {
            unknown.forEach(each -> registrations.write(with(each, root, false)));
            return State.NOT_HEARD;
        }
        List<ValidatingWebhookConfiguration> loose = found.stream()
                .filter(each ->
                        !each.getWebhooks().stream().allMatch(webhook -> BINDING.equals(webhook.getFailurePolicy())))
                .toList();
        if (loose.isEmpty()) {
            return State.BINDING;
        }
        if (!registrations.isHeard()) {
            return State.NOT_HEARD;
        }
        loose.forEach(each -> registrations.write(with(each, root, true)));
        return State.BINDING;
    }

    private static ValidatingWebhookConfiguration with(
            ValidatingWebhookConfiguration found, String root, boolean binding) {
        List<ValidatingWebhook> webhooks = new ArrayList<>();
        for (ValidatingWebhook webhook : found.getWebhooks()) {
            webhooks.add(webhook.edit()
                    .editClientConfig()
                    .withCaBundle(root)
                    .endClientConfig()
                    .withFailurePolicy(binding ? BINDING : webhook.getFailurePolicy())
                    .build());
        }
        return new ValidatingWebhookConfigurationBuilder(found)
                .withWebhooks(webhooks)
                .build();
    }

    /** Keeps the registration right until the thread is interrupted: looks every second until it is binding, from then on now and then, for roots change. */
    public void follow() {
        follow(Thread::sleep);
    }

    void follow(Rest rest) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                rest.of(look() == State.BINDING ? NOW_AND_THEN : SOON);
            }
        } catch (InterruptedException e) {
            LOG.debug("the validation webhook's registration is no longer followed");
        }
    }

    private State look() {
        try {
            State state = update();
            tell(
                    state.toString(),
                    switch (state) {
                        case ABSENT -> "the validation webhook is not registered: objects are taken unseen";
                        case NOT_HEARD ->
                            "the API server does not reach the validation webhook yet: objects are taken unseen";
                        case BINDING -> "the validation webhook is in force";
                    });
            return state;
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                tell(String.valueOf(e.getMessage()), "the validation webhook can't be registered: " + e.getMessage());
            }
            return State.NOT_HEARD;
        }
    }

    /** Says a thing once, until there is another. */
    private void tell(String what, String words) {
        if (!what.equals(told)) {
            told = what;
            LOG.info("{}", words);
        }
    }
}
