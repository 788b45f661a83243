package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.kubernetes.object.IstioObjects;
import dev.lateen.istiod.kubernetes.object.SelectedObjects;
import dev.lateen.istiod.kubernetes.object.Standings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what is told of each kind into the state of the cluster. */
final class KindTargets {
    private static final Logger LOG = LoggerFactory.getLogger(KindTargets.class);

    private final String cluster;
    private final KnownCluster state;
    private final IstioObjects istio;
    private final ResourceReader reader = new ResourceReader();

    KindTargets(String cluster, String revision, KnownCluster state) {
        this.cluster = cluster;
        this.state = state;
        this.istio = new IstioObjects(cluster, revision);
    }

    /** @param keep what is kept of an object; null if it is of no use */
    <T extends HasMetadata> Watched.Target<T> kubernetes(Function<T, @Nullable T> keep) {
        return new Watched.Target<>() {
            @Override
            public void is(T object) {
                Origin origin = IstioObjects.origin(cluster, object.getMetadata());
                T kept = keep.apply(object);
                state.put(key(object, origin), kept == null ? null : SelectedObjects.offer(kept, origin));
            }

            @Override
            public void gone(T object) {
                state.put(key(object, IstioObjects.origin(cluster, object.getMetadata())), null);
            }

            private ResourceKey key(T object, Origin origin) {
                return ConfigObject.OfKubernetes.of(object, origin).key();
            }
        };
    }

    /** Objects of one of Istio's kinds. */
    final class OfIstio implements Watched.Target<GenericKubernetesResource> {
        private final ApiKind kind;
        private final String version;
        private final Set<ResourceKey> first = new HashSet<>();
        private boolean complete;

        OfIstio(ApiKind kind, String version) {
            this.kind = kind;
            this.version = version;
        }

        @Override
        public void is(GenericKubernetesResource object) {
            ResourceKey key = IstioObjects.key(kind, object);
            if (!complete) {
                first.add(key);
            }
            state.stands(key, Standings.read(object.getAdditionalProperties().get("status")));
            Offer offer = read(object);
            if (offer != null) {
                state.put(key, offer);
            }
        }

        /** An object for another control plane is none here. A fault of ours in one must not be the end of all others. */
        private @Nullable Offer read(GenericKubernetesResource object) {
            ResourceKey key = IstioObjects.key(kind, object);
            try {
                Offer offer = istio.offer(kind, version, object);
                if (offer == null) {
                    state.put(key, null);
                }
                return offer;
            } catch (RuntimeException e) {
                LOG.error("{} can't be read; what was in force of it stays", key, e);
                return null;
            }
        }

        @Override
        public void gone(GenericKubernetesResource object) {
            state.stands(IstioObjects.key(kind, object), null);
            state.put(IstioObjects.key(kind, object), null);
        }

        /** All that there is has been told: what an earlier watch of the kind told besides is gone. */
        void complete() {
            complete = true;
            state.retain(kind.group(), kind.kind(), first);
            first.clear();
        }
    }

    /** The mesh config. */
    Watched.Target<ConfigMap> mesh(String namespace, String name) {
        return new Watched.Target<>() {
            @Override
            public void is(ConfigMap object) {
                state.mesh(before -> before.next(cluster, object, reader));
            }

            @Override
            public void gone(ConfigMap object) {
                state.mesh(before -> before.gone(cluster, namespace, name));
            }
        };
    }
}
