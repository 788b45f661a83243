package dev.lateen.istiod.registry;

import dev.lateen.api.resource.Origin;
import tools.jackson.databind.JsonNode;

/**
 * A Kubernetes object as it was written.
 *
 * @param body the whole object
 * @param origin where it stands
 */
public record KubernetesDocument(JsonNode body, Origin origin) {}
