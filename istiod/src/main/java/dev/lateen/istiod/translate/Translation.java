package dev.lateen.istiod.translate;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to everything one proxy can ask of one snapshot; made lazily, kept, and the same object for proxies that may see the same.
 * Safe from any thread: many proxies' threads call it at once.
 */
public interface Translation {

    /**
     * All resources of a type, as a wildcard subscription gets them (listeners and clusters; for other types what could be asked by name).
     * The same list object as long as nothing in it changed, so that comparing identities is enough to know that there is nothing to send.
     */
    List<XdsResource> all(String typeUrl);

    /** One resource by its name, or null if there is none; a proxy that asked for it learns that it doesn't exist. */
    @Nullable
    XdsResource named(String typeUrl, String name);
}
