package dev.lateen.istiod.webhook;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registration in a cluster. It asks for get and update of two ValidatingWebhookConfigurations, and for create of Gateways in one namespace. */
final class ClusterRegistrations implements Registrations {
    private static final int UNPROCESSABLE = 422;
    private static final String REVISION = "istio.io/rev";
    /** Istio's name for the registration of whoever validates what names no revision, where a tag says who that is. */
    private static final String OF_TAG = "istiod-default-validator";

    private final KubernetesClient client;
    private final String name;
    private final String namespace;
    private final Map<String, String> labels;

    /**
     * @param name of the ValidatingWebhookConfiguration
     * @param namespace in which an object is offered for show
     * @param labels of that object: what the webhook's object selector asks for
     */
    ClusterRegistrations(KubernetesClient client, String name, String namespace, Map<String, String> labels) {
        this.client = client;
        this.name = name;
        this.namespace = namespace;
        this.labels = labels;
    }

    @Override
    public List<ValidatingWebhookConfiguration> read() {
        List<ValidatingWebhookConfiguration> found = new ArrayList<>();
        ValidatingWebhookConfiguration own = named(name);
        if (own != null) {
            found.add(own);
        }
        ValidatingWebhookConfiguration tagged = named(OF_TAG);
        Map<String, String> marks = tagged == null ? null : tagged.getMetadata().getLabels();
        if (marks != null && labels.getOrDefault(REVISION, "").equals(marks.get(REVISION))) {
            found.add(tagged);
        }
        return found;
    }

    private @Nullable ValidatingWebhookConfiguration named(String one) {
        return client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(one)
                .get();
    }

    @Override
    public void write(ValidatingWebhookConfiguration changed) {
        // With the resourceVersion that was read, so that it is refused if somebody else was faster.
        client.resource(changed).update();
    }

    @Override
    public boolean isHeard() {
        try {
            client.resource(probe()).inNamespace(namespace).dryRun().create();
            return false;
        } catch (KubernetesClientException e) {
            String message = String.valueOf(e.getMessage());
            if (e.getCode() == UNPROCESSABLE && message.contains("denied the request")) {
                return true;
            }
            if (message.contains("failed calling webhook")) {
                return false;
            }
            throw e;
        }
    }

    /** A Gateway whose server has no hosts: the CRD lets it pass. */
    private GenericKubernetesResource probe() {
        Map<String, Object> server = Map.of(
                "port", Map.of("number", 80, "name", "http", "protocol", "HTTP"),
                "hosts", List.of());
        return new GenericKubernetesResourceBuilder()
                .withApiVersion("networking.istio.io/v1")
                .withKind("Gateway")
                .withNewMetadata()
                .withName("validation-webhook-probe")
                .withNamespace(namespace)
                .withLabels(labels)
                .endMetadata()
                .addToAdditionalProperties("spec", Map.of("servers", List.of(server)))
                .build();
    }
}
