package dev.lateen.istiod.webhook;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registration in a cluster. It asks for get and update of one ValidatingWebhookConfiguration, and for create of Gateways in one namespace. */
final class ClusterRegistrations implements Registrations {
    private static final int UNPROCESSABLE = 422;

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
    public @Nullable ValidatingWebhookConfiguration read() {
        return client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(name)
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
