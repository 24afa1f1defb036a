import { chromium } from 'playwright-core'
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] })
const p = await (await b.newContext({ viewport: { width: 1000, height: 1400 } })).newPage()
await p.goto('file://'+process.argv[2])
const h = await p.evaluate(()=>document.documentElement.scrollHeight); console.log(h)
for (let y=0,i=0;y<Math.min(h,+process.argv[4]||9000);y+=1400,i++){ await p.screenshot({path:`${process.argv[3]}-${i}.png`, clip:{x:0,y,width:1000,height:1400}, fullPage:true}) }
await b.close()
