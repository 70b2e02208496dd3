/**
 * {@code sluis demo}: the main job on real input, in one command.
 *
 * <p>Called by the command line alone. It starts a gateway in this process and talks to it as partners do, over mutual
 * TLS; it has no way round. In: the files under {@code demo/}, or a folder with other ones. Out: what each partner
 * received, side by side. Always true: each story keeps its own date. Start reading at
 * {@link nl.sluis.gateway.demo.DemoCommand}.
 */
@NullMarked
package nl.sluis.gateway.demo;

import org.jspecify.annotations.NullMarked;
