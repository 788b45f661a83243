package dev.lateen.istiod.kubernetes.leader;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** Which revision takes what names none: the one that the tag {@code default} stands for, else the one of that name. */
public final class DefaultRevision {
    /** The revision that needs no name. */
    public static final String NAME = "default";

    private DefaultRevision() {}

    /** The name of a revision; that of the default one may be left out. */
    public static String named(String revision) {
        return revision.isEmpty() ? NAME : revision;
    }

    /** Asks the API server. */
    static String of(KubernetesClient client) {
        List<MutatingWebhookConfiguration> tagged = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withLabel("istio.io/tag", NAME)
                .list()
                .getItems();
        return tagged.isEmpty()
                ? NAME
                : tagged.getFirst().getMetadata().getLabels().getOrDefault("istio.io/rev", NAME);
    }
}
