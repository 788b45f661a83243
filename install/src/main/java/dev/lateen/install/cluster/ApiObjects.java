package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a cluster: read, applied by server-side apply with one field manager, removed. What the API server refuses becomes a sentence that names the
 * object. Blocks; safe from any thread.
 */
final class ApiObjects {
    /** The field manager of all that is applied. */
    static final String FIELD_MANAGER = "lateen";

    private static final int NOT_FOUND = 404;

    private final KubernetesClient client;

    ApiObjects(KubernetesClient client) {
        this.client = client;
    }

    /** What applying an object did, or would do. */
    enum Outcome {
        CREATED,
        CHANGED,
        UNCHANGED
    }

    /** Applies one object; what others have said of fields that it has is overruled. */
    Outcome apply(HasMetadata wanted) {
        HasMetadata before = find(wanted);
        HasMetadata after = asked(
                wanted,
                "apply",
                () -> client.resource(wanted)
                        .fieldManager(FIELD_MANAGER)
                        .forceConflicts()
                        .serverSideApply());
        if (before == null) {
            return Outcome.CREATED;
        }
        return says(before).equals(says(after)) ? Outcome.UNCHANGED : Outcome.CHANGED;
    }

    /** What is in the cluster under the name of an object; null if nothing is, or its kind is unknown there. */
    @Nullable
    HasMetadata find(HasMetadata wanted) {
        return asked(wanted, "read", () -> {
            try {
                return client.resource(wanted).get();
            } catch (KubernetesClientException e) {
                if (e.getCode() == NOT_FOUND) {
                    return null;
                }
                throw e;
            }
        });
    }

    /** All of a kind with a label, of whatever namespace. */
    <T extends HasMetadata> List<T> labelled(Class<T> kind, String label, String value) {
        try {
            return client.resources(kind)
                    .inAnyNamespace()
                    .withLabel(label, value)
                    .list()
                    .getItems();
        } catch (KubernetesClientException e) {
            throw failure("list " + kind.getSimpleName(), e);
        }
    }

    /** Removes an object, with what it owns; nothing if it is not there. */
    void delete(HasMetadata object) {
        asked(object, "delete", () -> client.resource(object).delete());
    }

    /** What the API server notes of our own last change; what others change meanwhile, such as a status, is not in it. */
    private static List<Object> says(HasMetadata object) {
        List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
        return (entries == null ? List.<ManagedFieldsEntry>of() : entries)
                .stream()
                        .filter(entry -> FIELD_MANAGER.equals(entry.getManager())
                                && "Apply".equals(entry.getOperation())
                                && entry.getSubresource() == null)
                        .map(entry ->
                                (Object) List.of(String.valueOf(entry.getTime()), String.valueOf(entry.getFieldsV1())))
                        .toList();
    }

    private static <T extends @Nullable Object> T asked(HasMetadata object, String verb, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw failure(verb + " " + name(object), e);
        }
    }

    /** As users name an object. */
    static String name(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return object.getKind() + " " + (namespace == null ? "" : namespace + "/")
                + object.getMetadata().getName();
    }

    private static CommandFailure failure(String what, KubernetesClientException e) {
        return new CommandFailure(CommandFailure.FAILED, "can't " + what + ": " + ApiReason.of(e));
    }
}
