/** On a host of the scene, as `./service version`, `health` or `reload`: asks the service at a port; not well is exit code 1. */
const [port = '', asked = ''] = process.argv.slice(2);
const answer = await fetch(`http://127.0.0.1:${port}/${asked}`, { method: asked === 'reload' ? 'POST' : 'GET' });
process.stdout.write(await answer.text());
process.exitCode = answer.ok ? 0 : 1;
