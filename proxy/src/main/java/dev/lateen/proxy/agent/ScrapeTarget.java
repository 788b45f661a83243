package dev.lateen.proxy.agent;

/**
 * Where the application tells metrics.
 *
 * @param port of the pod's loopback address, 1 to 65535
 * @param path with its query; begins with a slash
 */
public record ScrapeTarget(int port, String path) {}
