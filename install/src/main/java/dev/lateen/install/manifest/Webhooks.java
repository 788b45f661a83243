package dev.lateen.install.manifest;

import dev.lateen.injector.InjectionSelectors;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which pods the API server asks the injector about, and which objects the validator. Who is to be trusted istiod fills in by itself. */
final class Webhooks {
    private static final String REVISION = "istio.io/rev";

    private Webhooks() {}

    static List<HasMetadata> objects(Installation installation) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(new MutatingWebhookConfigurationBuilder()
                .withMetadata(installation.clusterMeta(
                        inNamespace(installation.named("istio-sidecar-injector"), installation),
                        "Pilot",
                        Map.of("app", "sidecar-injector")))
                .withWebhooks(injectors(installation))
                .build());
        all.add(validator(installation));
        return all;
    }

    /** Istio's names have the namespace in them, unless it is its usual one. */
    private static String inNamespace(String name, Installation installation) {
        return installation.namespace().equals("istio-system") ? name : name + "-" + installation.namespace();
    }

    /** The injector's own rules, as webhooks. */
    private static List<MutatingWebhook> injectors(Installation installation) {
        boolean everywhere = installation
                .values()
                .text("values.sidecarInjectorWebhook.enableNamespacesByDefault", "false")
                .equals("true");
        return InjectionSelectors.of(installation.revision(), installation.isDefault(), everywhere).stream()
                .map(webhook -> injector(
                        installation,
                        webhook.name() + ".sidecar-injector.istio.io",
                        webhook.namespaces(),
                        webhook.pods()))
                .toList();
    }

    private static MutatingWebhook injector(
            Installation installation, String name, LabelSelector namespaces, LabelSelector pods) {
        return new MutatingWebhookBuilder()
                .withName(name)
                .withNewClientConfig()
                .withNewService(installation.named("istiod"), installation.namespace(), "/inject", 443)
                .endClientConfig()
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .endRule()
                .withFailurePolicy("Fail")
                .withReinvocationPolicy(
                        installation.values().text("values.sidecarInjectorWebhook.reinvocationPolicy", "Never"))
                .withAdmissionReviewVersions("v1")
                .withSideEffects("None")
                .withTimeoutSeconds(10)
                .withNamespaceSelector(namespaces)
                .withObjectSelector(pods)
                .build();
    }

    /**
     * It lets everything pass until istiod is ready to be asked, which then makes it strict. The default revision looks after objects that name none, too.
     */
    private static HasMetadata validator(Installation installation) {
        List<ValidatingWebhook> all = new ArrayList<>();
        all.add(validator(installation, "rev.validation.istio.io", in(REVISION, installation.revision())));
        if (installation.isDefault()) {
            all.add(validator(installation, "validation.istio.io", absent(REVISION)));
        }
        return new ValidatingWebhookConfigurationBuilder()
                .withMetadata(installation.clusterMeta(
                        installation.named("istio-validator") + "-" + installation.namespace(),
                        "Pilot",
                        Map.of("app", "istiod", "istio", "istiod")))
                .withWebhooks(all)
                .build();
    }

    private static ValidatingWebhook validator(
            Installation installation, String name, LabelSelectorRequirement objects) {
        return new ValidatingWebhookBuilder()
                .withName(name)
                .withNewClientConfig()
                .withNewService(installation.named("istiod"), installation.namespace(), "/validate", 443)
                .endClientConfig()
                .addNewRule()
                .withOperations("CREATE", "UPDATE")
                .withApiGroups("security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io")
                .withApiVersions("*")
                .withResources("*")
                .endRule()
                .withFailurePolicy("Ignore")
                .withAdmissionReviewVersions("v1")
                .withSideEffects("None")
                .withTimeoutSeconds(10)
                .withObjectSelector(selector(objects))
                .build();
    }

    private static LabelSelector selector(LabelSelectorRequirement... requirements) {
        return new LabelSelectorBuilder().withMatchExpressions(requirements).build();
    }

    private static LabelSelectorRequirement in(String key, String value) {
        return new LabelSelectorRequirement(key, "In", List.of(value));
    }

    private static LabelSelectorRequirement absent(String key) {
        return new LabelSelectorRequirement(key, "DoesNotExist", List.of());
    }
}
