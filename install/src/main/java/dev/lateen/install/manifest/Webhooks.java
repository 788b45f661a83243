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
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which pods the API server asks the injector about, and which objects the validator. Who is to be trusted istiod fills in by itself. */
final class Webhooks {
    /** Istio's name for the registration of whoever validates what names no revision, where a tag says who that is. */
    static final String DEFAULT_VALIDATOR = "istiod-default-validator";
    /** What the names of webhooks end with, after that of the rule. */
    static final String INJECTOR_DOMAIN = ".sidecar-injector.istio.io";

    private static final String REVISION = "istio.io/rev";

    private Webhooks() {}

    static List<HasMetadata> objects(Installation installation) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(new MutatingWebhookConfigurationBuilder()
                .withMetadata(installation.clusterMeta(
                        inNamespace(installation.named("istio-sidecar-injector"), installation.namespace()),
                        "Pilot",
                        Map.of("app", "sidecar-injector")))
                .withWebhooks(injectors(installation))
                .build());
        all.add(validator(installation));
        return all;
    }

    /** Of the ValidatingWebhookConfiguration, as istiod looks for it. */
    static String validatorName(Installation installation) {
        return installation.named("istio-validator") + "-" + installation.namespace();
    }

    /** Istio's names have the namespace in them, unless it is its usual one. */
    static String inNamespace(String name, String namespace) {
        return namespace.equals("istio-system") ? name : name + "-" + namespace;
    }

    /** The injector's own rules, as webhooks. */
    private static List<MutatingWebhook> injectors(Installation installation) {
        boolean everywhere = installation
                .values()
                .text("values.sidecarInjectorWebhook.enableNamespacesByDefault", "false")
                .equals("true");
        String again = installation.values().text("values.sidecarInjectorWebhook.reinvocationPolicy", "Never");
        return InjectionSelectors.of(installation.revision(), installation.isDefault(), everywhere).stream()
                .map(webhook -> injector(webhook, service(installation, "/inject"), again))
                .toList();
    }

    private static WebhookClientConfig service(Installation installation, String path) {
        return new WebhookClientConfigBuilder()
                .withNewService(installation.named("istiod"), installation.namespace(), path, 443)
                .build();
    }

    /** One webhook for pods. */
    static MutatingWebhook injector(InjectionSelectors.Webhook webhook, WebhookClientConfig where, String again) {
        return new MutatingWebhookBuilder()
                .withName(webhook.name() + INJECTOR_DOMAIN)
                .withClientConfig(where)
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .endRule()
                .withFailurePolicy("Fail")
                .withReinvocationPolicy(again)
                .withAdmissionReviewVersions("v1")
                // An Event tells of a pod that can't be injected, unless it is only tried.
                .withSideEffects("NoneOnDryRun")
                .withTimeoutSeconds(10)
                .withNamespaceSelector(webhook.namespaces())
                .withObjectSelector(webhook.pods())
                .build();
    }

    /**
     * It lets everything pass until istiod is ready to be asked, which then makes it strict. The default revision looks after objects that name none, too.
     */
    private static HasMetadata validator(Installation installation) {
        List<ValidatingWebhook> all = new ArrayList<>();
        WebhookClientConfig where = service(installation, "/validate");
        all.add(validator("rev.validation.istio.io", where, in(REVISION, installation.revision())));
        if (installation.isDefault()) {
            all.add(unnamedValidator(where));
        }
        return new ValidatingWebhookConfigurationBuilder()
                .withMetadata(installation.clusterMeta(
                        validatorName(installation), "Pilot", Pairs.of("app", "istiod", "istio", "istiod")))
                .withWebhooks(all)
                .build();
    }

    /** For objects that name no revision. */
    static ValidatingWebhook unnamedValidator(WebhookClientConfig where) {
        return validator("validation.istio.io", where, absent(REVISION));
    }

    private static ValidatingWebhook validator(
            String name, WebhookClientConfig where, LabelSelectorRequirement objects) {
        return new ValidatingWebhookBuilder()
                .withName(name)
                .withClientConfig(where)
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
