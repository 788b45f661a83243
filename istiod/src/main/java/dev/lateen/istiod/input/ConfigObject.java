package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.yaml.RawDocument;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/** One object of the mesh's configuration, typed, wherever it came from. Immutable by agreement: nobody changes the object of a library within. */
public sealed interface ConfigObject {
    /** What tells it from all others of its cluster. */
    ResourceKey key();

    /** Where it stands. */
    Origin origin();

    /** Whether it says the same as another of the same key, wherever each stands. */
    boolean says(ConfigObject other);

    /** The resource of a kind, if it is one. */
    default <S extends Spec> Optional<Resource<S>> as(Class<S> kind) {
        return this instanceof OfIstio istio ? istio.resource.as(kind) : Optional.empty();
    }

    /** One of Istio's kinds. */
    record OfIstio(Resource<?> resource) implements ConfigObject {
        @Override
        public ResourceKey key() {
            return resource.key();
        }

        @Override
        public Origin origin() {
            return resource.meta().origin();
        }

        @Override
        public boolean says(ConfigObject other) {
            return other instanceof OfIstio that
                    && resource.spec().equals(that.resource.spec())
                    && resource.meta().labels().equals(that.resource.meta().labels())
                    && resource.meta().annotations().equals(that.resource.meta().annotations())
                    && resource.meta().created().equals(that.resource.meta().created());
        }
    }

    /** One of Kubernetes' kinds that the registry reads. */
    record OfKubernetes(ResourceKey key, Origin origin, HasMetadata object) implements ConfigObject {
        /** A typed object, as an API server's client or this process has it. */
        public static OfKubernetes of(HasMetadata object, Origin origin) {
            String version = object.getApiVersion();
            int slash = version.indexOf('/');
            String namespace = object.getMetadata().getNamespace();
            ResourceKey key = new ResourceKey(
                    slash < 0 ? "" : version.substring(0, slash),
                    object.getKind(),
                    namespace == null || namespace.isEmpty() ? ResourceMeta.DEFAULT_NAMESPACE : namespace,
                    object.getMetadata().getName());
            return new OfKubernetes(key, origin, object);
        }

        @Override
        public boolean says(ConfigObject other) {
            return other instanceof OfKubernetes that && object.equals(that.object);
        }

        /** The name. */
        public String name() {
            return key.name();
        }

        /** The namespace; {@link ResourceMeta#DEFAULT_NAMESPACE} if none is given, also for kinds that live in none. */
        public String namespace() {
            return key.namespace();
        }
    }

    /**
     * The keys of an issuer of tokens, which this istiod fetched or tried to.
     *
     * @param jwks the newest that could be had; empty for none
     * @param failure why there are none, or none newer; empty where the last try went well
     */
    record OfKeys(ResourceKey key, Origin origin, String jwks, String failure) implements ConfigObject {
        @Override
        public boolean says(ConfigObject other) {
            return other instanceof OfKeys that && jwks.equals(that.jwks) && failure.equals(that.failure);
        }
    }

    /** Any other: nothing of it is followed, but users are told so. */
    record Other(RawDocument document) implements ConfigObject {
        @Override
        public ResourceKey key() {
            return document.key();
        }

        @Override
        public Origin origin() {
            return document.origin();
        }

        @Override
        public boolean says(ConfigObject other) {
            return other instanceof Other that && document.node().equals(that.document.node());
        }
    }
}
