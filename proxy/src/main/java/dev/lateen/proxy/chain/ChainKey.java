package dev.lateen.proxy.chain;

import dev.lateen.proxy.model.FilterChainMatch;
import org.jspecify.annotations.Nullable;

/**
 * What a filter chain is known by from one configuration to the next: its listener's name and its match.
 *
 * @param match null for the default filter chain
 */
public record ChainKey(String listener, @Nullable FilterChainMatch match) {}
