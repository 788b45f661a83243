package dev.lateen.istiod.model;

import dev.lateen.api.resource.ResourceKey;

/**
 * Something in the configuration that is not in force, or not as its author may think; shown in status and by the debug pages.
 *
 * @param resource where it stands
 * @param message what was found, and what is done about it
 */
public record ConfigProblem(ResourceKey resource, String message) {}
