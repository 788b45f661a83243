package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.FilterStates;

/**
 * Where exchanges have their filters from.
 *
 * @param chains compiles them
 * @param states what they keep beyond configurations
 */
public record Filters(FilterChains chains, FilterStates states) {}
