package dev.lateen.proxy.message;

import java.net.InetAddress;

/**
 * Whose address connections to the application come from, so that it sees its client's and not the proxy's: by Envoy's listener filter {@code original_src}.
 *
 * @param address of the client
 * @param mark of the packets ({@code SO_MARK}), by which the application's answers are led back to the proxy; 0 for none
 */
public record OriginalSource(InetAddress address, int mark) {}
