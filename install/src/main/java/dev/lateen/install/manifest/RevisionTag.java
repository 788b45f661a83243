package dev.lateen.install.manifest;

import dev.lateen.api.Release;
import dev.lateen.injector.InjectionSelectors;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A name that stands for a revision, as Istio's {@code tag set} makes it: a webhook of its own leads pods of namespaces with {@code istio.io/rev=TAG} to the control plane
 * of that revision. The tag {@code default} takes {@code istio-injection=enabled} and what names no revision, too. Pure.
 *
 * @param name what users write in labels
 * @param revision what it stands for
 * @param webhookName of the webhook's registration; null for Istio's usual one
 * @param everywhere whether, as {@code default}, it takes namespaces without any label
 */
public record RevisionTag(
        String name, String revision, @Nullable String webhookName, boolean everywhere) {
    /** Istio's label for the tag that an object is of. */
    public static final String LABEL = "istio.io/tag";
    /** The tag that takes what names no revision. */
    public static final String DEFAULT = Installation.DEFAULT_REVISION;
    /** The registration that validates what names no revision, where a tag says who does. */
    public static final String VALIDATOR = Webhooks.DEFAULT_VALIDATOR;

    /** Refuses names that no label can hold. */
    public RevisionTag {
        if (!name.matches("[a-z0-9]([-a-z0-9]{0,54}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "tag: found " + name + " (expected: lower-case letters, digits and dashes, 56 at most)");
        }
    }

    /** Whether it takes what names no revision. */
    public boolean isDefault() {
        return name.equals(DEFAULT);
    }

    /**
     * The tag's objects, leading to where the revision's own webhook leads.
     *
     * @param own the revision's registration of its injector
     * @param namespace of the control plane
     */
    public List<HasMetadata> objects(MutatingWebhookConfiguration own, String namespace) {
        var first = own.getWebhooks().getFirst();
        List<HasMetadata> all = new ArrayList<>();
        all.add(new MutatingWebhookConfigurationBuilder()
                .withMetadata(meta(
                        webhookName != null
                                ? webhookName
                                : Webhooks.inNamespace("istio-revision-tag-" + name, namespace),
                        Map.of("app", "sidecar-injector")))
                .withWebhooks(InjectionSelectors.of(name, isDefault(), everywhere).stream()
                        .map(each -> Webhooks.injector(each, first.getClientConfig(), first.getReinvocationPolicy()))
                        .toList())
                .build());
        if (isDefault()) {
            all.add(new ValidatingWebhookConfigurationBuilder()
                    .withMetadata(meta(VALIDATOR, Map.of("app", "istiod")))
                    .withWebhooks(Webhooks.unnamedValidator(validation(first.getClientConfig())))
                    .build());
        }
        return all;
    }

    /** The same control plane validates. */
    private static WebhookClientConfig validation(WebhookClientConfig injection) {
        var config = new WebhookClientConfigBuilder(injection);
        if (injection.getUrl() != null) {
            config.withUrl(injection.getUrl().replaceFirst("/inject(/.*)?$", "/validate"));
        }
        if (injection.getService() != null) {
            config.editService().withPath("/validate").endService();
        }
        return config.build();
    }

    private ObjectMeta meta(String object, Map<String, String> more) {
        Map<String, String> labels = new LinkedHashMap<>(more);
        labels.put(LABEL, name);
        labels.put(Ownership.MANAGED_BY, Ownership.LATEEN);
        labels.put("app.kubernetes.io/part-of", "istio");
        labels.put("app.kubernetes.io/version", Release.VERSION);
        labels.put(Ownership.COMPONENT, "Pilot");
        labels.put(Ownership.REVISION, revision);
        return new ObjectMetaBuilder().withName(object).withLabels(labels).build();
    }
}
