package dev.lateen.istiod.registry;

import dev.lateen.api.resource.Origin;

/**
 * Something in a Kubernetes document that is not understood; the rest of it is used.
 *
 * @param origin where it stands
 * @param resource kind and name
 * @param message what was found and what is done about it
 */
public record RegistryProblem(Origin origin, String resource, String message) {}
