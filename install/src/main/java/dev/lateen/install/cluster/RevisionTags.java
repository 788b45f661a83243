package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.DefaultInjection;
import dev.lateen.install.manifest.Ownership;
import dev.lateen.install.manifest.RevisionTag;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The revisions of a cluster and the tags that stand for them. Blocks. */
final class RevisionTags {
    private final ApiObjects objects;

    RevisionTags(KubernetesClient client) {
        this.objects = new ApiObjects(client);
    }

    /**
     * A name and who lives by it.
     *
     * @param tag empty for a revision that no tag stands for
     * @param namespaces whose new pods get their sidecars by this name
     */
    record Row(String tag, String revision, List<String> namespaces) {}

    /** The injector's registration of each revision, by its name. */
    SortedMap<String, MutatingWebhookConfiguration> revisions() {
        SortedMap<String, MutatingWebhookConfiguration> revisions = new TreeMap<>();
        for (MutatingWebhookConfiguration each : injectors()) {
            if (label(each, RevisionTag.LABEL) == null) {
                revisions.put(String.valueOf(label(each, Ownership.REVISION)), each);
            }
        }
        return revisions;
    }

    /** All tags, and the revisions that none stands for, by revision and tag. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        revisions().forEach((revision, _) -> {
            List<Row> tagged = tagsOf(revision).stream()
                    .map(tag -> new Row(tag, revision, namespaces(tag)))
                    .toList();
            rows.addAll(tagged.isEmpty() ? List.of(new Row("", revision, namespaces(revision))) : tagged);
        });
        return rows;
    }

    /** The tags that stand for a revision, in order. */
    List<String> tagsOf(String revision) {
        return injectors().stream()
                .filter(each -> revision.equals(label(each, Ownership.REVISION)))
                .map(each -> label(each, RevisionTag.LABEL))
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }

    /** Namespaces whose label leads to a revision by its own name or by a tag. */
    List<String> namespaces(String name) {
        List<Namespace> found = new ArrayList<>(objects.labelled(Namespace.class, Ownership.REVISION, name));
        if (name.equals(RevisionTag.DEFAULT)) {
            found.addAll(objects.labelled(Namespace.class, "istio-injection", "enabled"));
        }
        return found.stream()
                .map(each -> each.getMetadata().getName())
                .distinct()
                .sorted()
                .toList();
    }

    /** What is there of a tag. */
    List<HasMetadata> objectsOf(String tag) {
        List<HasMetadata> found = new ArrayList<>();
        found.addAll(objects.labelled(MutatingWebhookConfiguration.class, RevisionTag.LABEL, tag));
        found.addAll(objects.labelled(ValidatingWebhookConfiguration.class, RevisionTag.LABEL, tag));
        return found.stream().filter(Owned::isOurs).toList();
    }

    /**
     * The objects that a tag would have.
     *
     * @throws CommandFailure if there is no such revision, or one that has the tag's name
     */
    List<HasMetadata> plan(RevisionTag tag) {
        SortedMap<String, MutatingWebhookConfiguration> revisions = revisions();
        MutatingWebhookConfiguration own = revisions.get(tag.revision());
        if (own == null) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "--revision: there is no revision " + tag.revision() + " (expected: "
                            + (revisions.isEmpty() ? "one that is installed" : String.join(", ", revisions.keySet()))
                            + ")");
        }
        if (!tag.isDefault() && revisions.containsKey(tag.name())) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "tag " + tag.name() + ": there is a revision of that name (expected: another name)");
        }
        return tag.objects(own, namespaceOf(tag.revision(), own));
    }

    /**
     * Makes a tag, or has it stand for another revision.
     *
     * @param overwrite whether it may be there already
     */
    void set(RevisionTag tag, boolean overwrite) {
        List<HasMetadata> before = objectsOf(tag.name());
        List<HasMetadata> wanted = plan(tag);
        if (!before.isEmpty() && !overwrite) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "tag " + tag.name() + " is there already, for revision "
                            + label(before.getFirst(), Ownership.REVISION) + " (expected: --overwrite to change that)");
        }
        if (tag.isDefault()) {
            // Before the tag's own: for a moment nobody takes a pod, which is better than two who do.
            deactivateDefault();
        }
        for (HasMetadata object : wanted) {
            objects.apply(new KeptFields(objects).in(object));
        }
        List<String> names = wanted.stream().map(ApiObjects::name).toList();
        before.stream()
                .filter(object -> !names.contains(ApiObjects.name(object)))
                .forEach(objects::delete);
    }

    private void deactivateDefault() {
        MutatingWebhookConfiguration own = revisions().get(RevisionTag.DEFAULT);
        if (own != null && !DefaultInjection.isDeactivated(own)) {
            objects.apply(DefaultInjection.deactivated(own));
        }
    }

    /**
     * Takes a tag away. What the tag {@code default} took is the default revision's again, if that is installed.
     *
     * @throws CommandFailure if there is no such tag
     */
    void remove(String tag) {
        List<HasMetadata> there = objectsOf(tag);
        if (there.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "there is no tag " + tag + " (expected: one of meshctl tag list)");
        }
        there.forEach(objects::delete);
        restoreDefault();
    }

    /** Where there is no tag {@code default} any more, what it took is the default revision's own again. */
    void restoreDefault() {
        MutatingWebhookConfiguration own = revisions().get(RevisionTag.DEFAULT);
        if (own != null
                && DefaultInjection.isDeactivated(own)
                && objectsOf(RevisionTag.DEFAULT).isEmpty()) {
            objects.apply(DefaultInjection.activated(own));
        }
    }

    /** A webhook that leads to an address says nothing of namespaces; the revision's Service does. */
    private String namespaceOf(String revision, MutatingWebhookConfiguration own) {
        var service = own.getWebhooks().getFirst().getClientConfig().getService();
        if (service != null) {
            return service.getNamespace();
        }
        return objects.labelled(Service.class, Ownership.REVISION, revision).stream()
                .filter(each -> "istiod".equals(label(each, "app")))
                .map(each -> each.getMetadata().getNamespace())
                .findFirst()
                .orElse("istio-system");
    }

    private List<MutatingWebhookConfiguration> injectors() {
        return objects.labelled(MutatingWebhookConfiguration.class, Ownership.MANAGED_BY, Ownership.LATEEN).stream()
                .filter(each -> label(each, Ownership.REVISION) != null)
                .toList();
    }

    private static @Nullable String label(HasMetadata object, String label) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(label);
    }
}
