package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.List;

/**
 * One message to a client, whichever variant of the protocol it speaks.
 *
 * @param typeUrl the type
 * @param version the snapshot it was made from
 * @param nonce what the client repeats in its answer
 * @param resources new and changed ones (in state-of-the-world for listeners and clusters: all)
 * @param removed names of resources that are gone or never were; not sent in state-of-the-world
 */
record ServerResponse(
        String typeUrl, String version, String nonce, List<XdsResource> resources, List<String> removed) {}
