package dev.lateen.install.tools;

/** How a tool prints. */
enum OutputFormat {
    TABLE,
    JSON
}
