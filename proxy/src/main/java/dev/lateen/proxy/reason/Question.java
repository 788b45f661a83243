package dev.lateen.proxy.reason;

/** What is asked of a connection or a request, in the order in which it is asked. */
public enum Question {
    /** Which listener takes the connection. */
    LISTENER,
    /** Which of its filter chains fits. */
    FILTER_CHAIN,
    /** How connections of the chain are secured. */
    DOWNSTREAM_TLS,
    /** Whether the connection, or the request, is allowed. */
    ACCESS,
    /** What the connection manager makes of the request's head. */
    HEAD,
    /** Which virtual host is meant. */
    VIRTUAL_HOST,
    /** Which route fits. */
    ROUTE,
    /** Whether a fault is injected. */
    FAULT,
    /** Where it goes. */
    CLUSTER,
    /** How an endpoint is spoken to. */
    TRANSPORT_SOCKET,
    /** Whether another try is made. */
    RETRY
}
