package dev.lateen.istiod.discovery;

import dev.lateen.api.xds.SecretName;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps private keys from those who only say who they are: secrets are for proxies of their own namespace whose identity is proven. To others they
 * don't exist, and to a sidecar only those that a DestinationRule for selected workloads names for it.
 */
final class SecretPolicy {
    private SecretPolicy() {}

    /** The translation as this proxy may see it. */
    static Translation guard(Translation translation, ProxyNode node, boolean proven) {
        return new Translation() {
            @Override
            public List<XdsResource> all(String typeUrl) {
                return typeUrl.equals(TypeUrls.SECRET) ? List.of() : translation.all(typeUrl);
            }

            @Override
            public @Nullable XdsResource named(String typeUrl, String name) {
                boolean allowed = !typeUrl.equals(TypeUrls.SECRET) || mayHave(node, proven, name);
                return allowed ? translation.named(typeUrl, name) : null;
            }
        };
    }

    private static boolean mayHave(ProxyNode node, boolean proven, String name) {
        return proven
                && SecretName.parse(name, node.namespace())
                        .filter(secret -> secret.isFor(node.namespace()))
                        .isPresent();
    }
}
