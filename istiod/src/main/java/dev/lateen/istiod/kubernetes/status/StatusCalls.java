package dev.lateen.istiod.kubernetes.status;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.object.Word;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls by which an API server is told of an object: its status, by server-side apply, and an Event if it is refused. They wait for the API server. */
public final class StatusCalls {
    private static final Logger LOG = LoggerFactory.getLogger(StatusCalls.class);
    /** Who owns the fields. */
    private static final String FIELD_MANAGER = "istiod";

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(FIELD_MANAGER)
            .withForce(true)
            .build();
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final ApiServer server;
    private final Map<String, String> plurals = new HashMap<>();
    private String lastSaid = "";

    /**
     * An object as it is addressed.
     *
     * @param version in which it is written
     * @param uid another object of the same name is not meant
     */
    record Target(ResourceKey key, String version, String uid) {
        String apiVersion() {
            return key.group() + "/" + version;
        }
    }

    /** Calls made over a connection. */
    public StatusCalls(ApiServer server) {
        this.server = server;
        IstioKinds.ALL.forEach(type -> {
            ApiKind kind = IstioKinds.of(type);
            plurals.put(kind.group() + "/" + kind.kind(), kind.plural());
        });
    }

    /** Writes a status, and an Event if the object is refused; false if it is to be tried again. */
    boolean write(Target target, Word word, Map<String, String> since, String now) {
        try {
            apply(target, word.document(since));
            if (word.isRefusal()) {
                event(target, word, now);
            }
            lastSaid = "";
            return true;
        } catch (KubernetesClientException e) {
            // It is gone, or another one has its name by now, which will be looked at by itself.
            if (e.getCode() == NOT_FOUND || e.getCode() == CONFLICT) {
                return true;
            }
            String said = server.sentence(e);
            if (!said.equals(lastSaid)) {
                LOG.warn("status of {}: {}", target.key, said);
                lastSaid = said;
            }
            return false;
        }
    }

    private void apply(Target target, Map<String, Object> status) {
        ResourceKey key = target.key;
        GenericKubernetesResource document = new GenericKubernetesResource();
        document.setApiVersion(target.apiVersion());
        document.setKind(key.kind());
        document.setMetadata(new ObjectMetaBuilder()
                .withName(key.name())
                .withNamespace(key.namespace())
                .withUid(target.uid)
                .build());
        document.setAdditionalProperty("status", status);
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(key.group())
                .withVersion(target.version)
                .withKind(key.kind())
                .withPlural(plurals.getOrDefault(key.group() + "/" + key.kind(), ""))
                .withNamespaced(true)
                .build();
        server.client()
                .genericKubernetesResources(context)
                .inNamespace(key.namespace())
                .withName(key.name())
                .subresource("status")
                .patch(APPLY, document);
    }

    /** One for each generation of the object, however often it is said. */
    private void event(Target target, Word word, String now) {
        ResourceKey key = target.key;
        String name = key.name() + "." + Integer.toHexString((target.uid + word.generation()).hashCode());
        try {
            server.client()
                    .v1()
                    .events()
                    .inNamespace(key.namespace())
                    .resource(new EventBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withNamespace(key.namespace())
                            .endMetadata()
                            .withNewInvolvedObject()
                            .withApiVersion(target.apiVersion())
                            .withKind(key.kind())
                            .withNamespace(key.namespace())
                            .withName(key.name())
                            .withUid(target.uid)
                            .endInvolvedObject()
                            .withType("Warning")
                            .withReason("Refused")
                            .withMessage("not taken: " + word.reason())
                            .withNewSource()
                            .withComponent(FIELD_MANAGER)
                            .endSource()
                            .withFirstTimestamp(now)
                            .withLastTimestamp(now)
                            .withCount(1)
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                LOG.warn("no Event can be written on {}: {}", key, server.sentence(e));
            }
        }
    }
}
